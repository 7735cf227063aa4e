import JSON

/// A refusal in the provider's shape: `{"error": {type, code, decline_code, message, param, payment_intent}}`.
///
/// Source: https://docs.stripe.com/api/errors.
struct StripeError: Error, Equatable {
    /// HTTP status of the answer.
    var status: Int
    /// `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.
    var type: String
    var code: String?
    var declineCode: String?
    var message: String
    /// The parameter at fault, in bracket notation.
    var param: String?
    /// The intent as it stands after the call, in card errors and unexpected states.
    var intent: PaymentIntent?
    /// Whether the call began to run, so that its answer is kept under the idempotency key.
    var isStored = false

    /// A request that cannot be carried out as it was written.
    static func invalidRequest(status: Int = 400, code: String?, message: String, param: String? = nil) -> StripeError {
        StripeError(status: status, type: "invalid_request_error", code: code, message: message, param: param)
    }

    /// An object that does not exist.
    static func missing(_ kind: String, _ id: String, param: String) -> StripeError {
        invalidRequest(status: 404, code: "resource_missing", message: "No such \(kind): '\(id)'", param: param)
    }

    /// A step the intent's state does not allow.
    static func unexpectedState(_ message: String, _ intent: PaymentIntent) -> StripeError {
        var error = invalidRequest(code: "payment_intent_unexpected_state", message: message)
        error.intent = intent
        error.isStored = true
        return error
    }

    /// A card that was refused; the intent waits for another one.
    static func declined(_ decline: Decline, _ intent: PaymentIntent) -> StripeError {
        StripeError(
            status: 402, type: "card_error", code: decline.code, declineCode: decline.declineCode,
            message: decline.message, intent: intent,
            isStored: true)
    }

    /// The provider failed. Whether anything happened, the caller cannot know.
    static func api(_ message: String) -> StripeError { StripeError(status: 500, type: "api_error", message: message) }

    /// The document that goes to the caller.
    var body: JSONValue {
        var fields: [(String, JSONValue)] = [("type", .string(type))]
        if let code { fields.append(("code", .string(code))) }
        if let declineCode { fields.append(("decline_code", .string(declineCode))) }
        fields.append(("message", .string(message)))
        if let param { fields.append(("param", .string(param))) }
        if let code {
            fields.append(("doc_url", .string("https://stripe.com/docs/error-codes/" + code.replacing("_", with: "-"))))
        }
        if let intent {
            fields.append(("payment_intent", intent.wire))
            if type == "card_error" {
                if let charge = intent.latestCharge { fields.append(("charge", .string(charge))) }
                if let method = intent.declinedMethod.flatMap(TestMethod.of) {
                    fields.append(("payment_method", method.wire))
                }
            }
        }
        return .object([("error", .object(fields))])
    }
}
