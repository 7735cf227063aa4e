import JSON

extension PaymentIntent {
    /// The intent as the provider writes it.
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "payment_intent"), ("amount", .integer(amount)),
            ("amount_capturable", .integer(amountCapturable)), ("amount_details", .object([("tip", .object([]))])),
            ("amount_received", .integer(amountReceived)), ("application", .null), ("application_fee_amount", .null),
            ("automatic_payment_methods", automaticMethods),
            ("canceled_at", canceledAt.map(JSONValue.integer) ?? .null),
            ("cancellation_reason", .optional(cancellationReason)),
            ("capture_method", .string(captureMethod.rawValue)), ("client_secret", .string(clientSecret)),
            ("confirmation_method", "automatic"),
            ("created", .integer(created)), ("currency", .string(currency)), ("customer", .null),
            ("description", .optional(description)),
            ("last_payment_error", lastPaymentError), ("latest_charge", .optional(latestCharge)),
            ("livemode", .bool(false)),
            ("metadata", .strings(metadata)), ("next_action", nextAction), ("on_behalf_of", .null),
            ("payment_method", .optional(paymentMethod)),
            ("payment_method_types", .array(paymentMethodTypes.map(JSONValue.string))), ("processing", .null),
            ("receipt_email", .optional(receiptEmail)), ("review", .null),
            ("setup_future_usage", .optional(setupFutureUsage)),
            ("shipping", shippingWire), ("source", .null), ("statement_descriptor", .null),
            ("statement_descriptor_suffix", .optional(statementDescriptorSuffix)), ("status", .string(status.rawValue)),
            ("transfer_data", .null), ("transfer_group", .null),
        ])
    }

    private var lastPaymentError: JSONValue {
        guard let decline = lastDecline else { return .null }
        var fields: [(String, JSONValue)] = [
            ("type", decline == .authenticationFailed ? "invalid_request_error" : "card_error"),
            ("code", .string(decline.code)),
        ]
        if let declineCode = decline.declineCode { fields.append(("decline_code", .string(declineCode))) }
        fields.append(("message", .string(decline.message)))
        if let declinedMethod, let method = TestMethod.of(declinedMethod) {
            fields.append(("payment_method", method.wire))
        }
        if decline != .authenticationFailed, let latestCharge { fields.append(("charge", .string(latestCharge))) }
        return .object(fields)
    }

    private var automaticMethods: JSONValue {
        redirects.map { .object([("allow_redirects", .string($0)), ("enabled", .bool(true))]) } ?? .null
    }

    private var nextAction: JSONValue {
        guard let authenticationURL else { return .null }
        // Without a place to come back to, the provider's own script shows the bank's page in the shop's.
        guard returnURL != nil else {
            let script = JSONValue.object([
                ("type", "three_d_secure_redirect"), ("stripe_js", .string(authenticationURL)),
            ])
            return .object([("type", "use_stripe_sdk"), ("use_stripe_sdk", script)])
        }
        return .object([
            ("type", "redirect_to_url"),
            ("redirect_to_url", .object([("url", .string(authenticationURL)), ("return_url", .optional(returnURL))])),
        ])
    }
}
