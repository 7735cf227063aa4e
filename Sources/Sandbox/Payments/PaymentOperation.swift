/// The calls the payments stand-in answers; the raw values are the endpoint names that fault rules use.
enum PaymentOperation: String, Sendable, Codable, CaseIterable {
    case create, confirm, capture, cancel, retrieve, list, refund
    case retrieveRefund = "retrieve_refund"
    case listRefunds = "list_refunds"
    case retrieveDispute = "retrieve_dispute"
    case listDisputes = "list_disputes"
    case retrieveEvent = "retrieve_event"
    case listEvents = "list_events"

    /// Whether it changes something and so takes an `Idempotency-Key`.
    var isWrite: Bool {
        switch self {
        case .create, .confirm, .capture, .cancel, .refund: true
        case .retrieve, .list, .retrieveRefund, .listRefunds, .retrieveDispute, .listDisputes, .retrieveEvent, .listEvents: false
        }
    }

    /// The parameters the provider knows for it; any other is refused, as misspelt ones are by the provider.
    var parameterNames: Set<String> {
        switch self {
        case .create:
            [
                "amount", "currency", "payment_method", "payment_method_types", "capture_method", "confirm", "metadata", "description",
                "receipt_email",
                "automatic_payment_methods", "off_session", "return_url", "confirmation_method", "statement_descriptor",
                "statement_descriptor_suffix", "shipping", "error_on_requires_action", "expand",
            ]
        case .confirm: ["payment_method", "return_url", "off_session", "receipt_email", "error_on_requires_action", "expand"]
        case .capture: ["amount_to_capture", "statement_descriptor", "statement_descriptor_suffix", "expand"]
        case .cancel: ["cancellation_reason", "expand"]
        case .refund: ["payment_intent", "charge", "amount", "reason", "metadata", "expand"]
        case .list: ["created", "limit", "starting_after", "expand"]
        case .retrieve: ["client_secret", "expand"]
        case .listRefunds, .listDisputes: ["created", "limit", "starting_after", "payment_intent", "charge", "expand"]
        case .listEvents: ["created", "limit", "starting_after", "type", "types", "expand"]
        case .retrieveRefund, .retrieveDispute, .retrieveEvent: ["expand"]
        }
    }
}
