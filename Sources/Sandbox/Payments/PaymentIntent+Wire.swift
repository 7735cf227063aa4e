extension PaymentIntent {
    /// The intent as the provider writes it.
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "payment_intent"),
            ("amount", .integer(amount)), ("amount_capturable", .integer(amountCapturable)), ("amount_received", .integer(amountReceived)),
            ("canceled_at", canceledAt.map(JSONValue.integer) ?? .null), ("cancellation_reason", .optional(cancellationReason)),
            ("capture_method", .string(captureMethod.rawValue)), ("client_secret", .string(clientSecret)),
            ("confirmation_method", "automatic"),
            ("created", .integer(created)), ("currency", .string(currency)), ("description", .optional(description)),
            ("last_payment_error", lastPaymentError), ("latest_charge", .optional(latestCharge)), ("livemode", .bool(false)),
            ("metadata", .strings(metadata)), ("next_action", nextAction), ("payment_method", .optional(paymentMethod)),
            ("payment_method_types", .array(paymentMethodTypes.map(JSONValue.string))), ("receipt_email", .optional(receiptEmail)),
            ("status", .string(status.rawValue)),
        ])
    }

    private var lastPaymentError: JSONValue {
        guard let decline = lastDecline else { return .null }
        var fields: [(String, JSONValue)] = [
            ("type", decline == .authenticationFailed ? "invalid_request_error" : "card_error"), ("code", .string(decline.code)),
        ]
        if let declineCode = decline.declineCode { fields.append(("decline_code", .string(declineCode))) }
        fields.append(("message", .string(decline.message)))
        if let declinedMethod {
            fields.append(("payment_method", .object([("id", .string(declinedMethod)), ("object", "payment_method")])))
        }
        return .object(fields)
    }

    private var nextAction: JSONValue {
        guard let authenticationURL else { return .null }
        return .object([
            ("type", "redirect_to_url"),
            ("redirect_to_url", .object([("url", .string(authenticationURL)), ("return_url", .optional(returnURL))])),
        ])
    }
}
