/// The calls the payments stand-in answers; the raw values are the endpoint names that fault rules use.
enum PaymentOperation: String, Sendable, Codable, CaseIterable {
    case create, confirm, capture, cancel, retrieve, update, list, refund
    case retrieveRefund = "retrieve_refund"
    case updateRefund = "update_refund"
    case cancelRefund = "cancel_refund"
    case listRefunds = "list_refunds"
    case retrieveCharge = "retrieve_charge"
    case listCharges = "list_charges"
    case retrieveMethod = "retrieve_payment_method"
    case retrieveDispute = "retrieve_dispute"
    case updateDispute = "update_dispute"
    case closeDispute = "close_dispute"
    case listDisputes = "list_disputes"
    case retrieveEvent = "retrieve_event"
    case listEvents = "list_events"

    /// Whether it changes something and so takes an `Idempotency-Key`.
    var isWrite: Bool {
        switch self {
        case .create, .confirm, .capture, .cancel, .update, .refund, .updateRefund, .cancelRefund, .updateDispute,
            .closeDispute:
            true
        case .retrieve, .list, .retrieveRefund, .listRefunds, .retrieveCharge, .listCharges, .retrieveMethod,
            .retrieveDispute,
            .listDisputes, .retrieveEvent, .listEvents:
            false
        }
    }

    /// What a restricted key must be allowed, after the name of the resource: `payment_intent_write`.
    var permission: String {
        let resource =
            switch self {
            case .create, .confirm, .capture, .cancel, .retrieve, .update, .list: "payment_intent"
            case .refund, .retrieveRefund, .updateRefund, .cancelRefund, .listRefunds, .retrieveCharge, .listCharges:
                "charge"
            case .retrieveMethod: "payment_method"
            case .retrieveDispute, .updateDispute, .closeDispute, .listDisputes: "dispute"
            case .retrieveEvent, .listEvents: "event"
            }
        return resource + (isWrite ? "_write" : "_read")
    }

    /// The parameters the provider knows for it and what each may hold (https://docs.stripe.com/api); any other is
    /// refused, as misspelt ones are by the provider. Some are known and not acted upon here: those are
    /// ``ParameterShape/anything``.
    var parameters: [String: ParameterShape] {
        var parameters: [String: ParameterShape] = ["expand": .list]
        func know(_ names: [String], as shape: ParameterShape = .text) {
            for name in names { parameters[name] = shape }
        }
        switch self {
        case .create, .update, .confirm:
            know(["payment_method", "capture_method", "receipt_email", "setup_future_usage", "confirmation_token"])
            know(["shipping"], as: .shipping)
            know(
                [
                    "amount_details", "payment_method_data", "payment_method_options", "excluded_payment_method_types",
                    "hooks",
                    "mandate_data", "radar_options", "payment_details",
                ], as: .anything)
            if self != .confirm {
                know([
                    "amount", "currency", "customer", "description", "statement_descriptor",
                    "statement_descriptor_suffix",
                ])
                know(["application_fee_amount", "on_behalf_of", "transfer_group", "payment_method_configuration"])
                know(["metadata"], as: .map)
                know(["payment_method_types"], as: .list)
                know(["transfer_data"], as: .anything)
            }
            if self != .update {
                know(["return_url", "off_session", "error_on_requires_action", "mandate", "use_stripe_sdk"])
            }
            if self == .create {
                know(["confirm", "confirmation_method"])
                know(["automatic_payment_methods"], as: .fields(["enabled": .text, "allow_redirects": .text]))
            }
        case .capture:
            know([
                "amount_to_capture", "final_capture", "application_fee_amount", "statement_descriptor",
                "statement_descriptor_suffix",
            ])
            know(["metadata"], as: .map)
            know(["amount_details", "hooks", "payment_details", "transfer_data"], as: .anything)
        case .cancel: know(["cancellation_reason"])
        case .retrieve: know(["client_secret"])
        case .refund:
            know([
                "payment_intent", "charge", "amount", "reason", "currency", "customer", "instructions_email", "origin",
            ])
            know(["refund_application_fee", "reverse_transfer"])
            know(["metadata"], as: .map)
        case .updateRefund: know(["metadata"], as: .map)
        case .updateDispute:
            know(["submit", "intended_submission_method"])
            know(["metadata"], as: .map)
            know(["evidence"], as: .fields(Dictionary(uniqueKeysWithValues: Dispute.evidenceNames.map { ($0, .text) })))
        case .list: Self.page(&parameters, with: ["customer"])
        case .listCharges: Self.page(&parameters, with: ["customer", "payment_intent", "transfer_group"])
        case .listRefunds, .listDisputes: Self.page(&parameters, with: ["payment_intent", "charge"])
        case .listEvents:
            Self.page(&parameters, with: ["type", "delivery_success"])
            know(["types"], as: .list)
        case .cancelRefund, .closeDispute, .retrieveRefund, .retrieveCharge, .retrieveMethod, .retrieveDispute,
            .retrieveEvent:
            break
        }
        return parameters
    }

    private static func page(_ parameters: inout [String: ParameterShape], with names: [String]) {
        for name in names + ["limit", "starting_after", "ending_before"] { parameters[name] = .text }
        parameters["created"] = .textOrFields(["gt": .text, "gte": .text, "lt": .text, "lte": .text])
    }
}
