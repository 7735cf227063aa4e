import FoundationEssentials
import JSON

/// A charge that the customer's bank asks back, or asks about first (https://docs.stripe.com/api/disputes/object).
struct Dispute: Sendable, Codable, Equatable, Identifiable {
    enum Status: String, Sendable, Codable, CaseIterable {
        /// The bank only asks; no money was taken from the shop.
        case warningNeedsResponse = "warning_needs_response"
        case warningUnderReview = "warning_under_review"
        case warningClosed = "warning_closed"
        case needsResponse = "needs_response"
        /// Evidence was handed in; the bank thinks.
        case underReview = "under_review"
        /// The shop keeps the money.
        case won
        /// The customer keeps it.
        case lost

        /// Whether nothing more happens.
        var isFinal: Bool { self == .won || self == .lost || self == .warningClosed }
        /// Whether the bank only asks.
        var isInquiry: Bool { self == .warningNeedsResponse || self == .warningUnderReview || self == .warningClosed }

        /// What it becomes once evidence is handed in.
        var underReview: Status { isInquiry ? .warningUnderReview : .underReview }
    }

    let id: String
    let intent: String
    let charge: String?
    /// Minor units of the charge's currency.
    let amount: Int64
    let currency: String
    let reason: String
    /// Seconds since 1970.
    let created: Int64
    var status: Status
    /// Until when evidence is taken, in seconds since 1970.
    var dueBy: Int64?
    /// By the provider's names; kept until it is handed in, and afterwards.
    var evidence: [String: String]?
    /// How often evidence was handed in.
    var submissions: Int?
    var metadata: [String: String]?

    /// Whether the bank only asks.
    var isInquiry: Bool { status.isInquiry }

    /// What the bank decides once it has read what the provider's test mode reads for it: `winning_evidence` or
    /// `losing_evidence`.
    var verdict: Status? {
        guard status == .underReview || status == .warningUnderReview else { return nil }
        switch evidence?["uncategorized_text"] {
        case "winning_evidence": return isInquiry ? .warningClosed : .won
        case "losing_evidence": return isInquiry ? nil : .lost
        default: return nil
        }
    }

    /// The end of the seventh day from now, as banks count.
    static func dueBy(from now: Int64) -> Int64 { (now / 86_400 + 8) * 86_400 - 1 }

    /// The dispute as the provider writes it.
    var wire: JSONValue {
        let submissions = submissions ?? 0
        let details = JSONValue.object([
            ("due_by", dueBy.map(JSONValue.integer) ?? .null), ("enhanced_eligibility", .object([])),
            ("has_evidence", .bool(evidence?.isEmpty == false)),
            ("past_due", .bool(submissions == 0 && dueBy.map { $0 < Date.now.unixSeconds } ?? false)),
            ("submission_count", .integer(Int64(submissions))),
        ])
        return .object([
            ("id", .string(id)), ("object", "dispute"), ("amount", .integer(amount)),
            ("balance_transactions", .array([])),
            ("charge", .optional(charge)), ("created", .integer(created)), ("currency", .string(currency)),
            ("enhanced_eligibility_types", .array([])), ("evidence", evidenceWire), ("evidence_details", details),
            ("is_charge_refundable", .bool(isInquiry)), ("livemode", .bool(false)),
            ("metadata", .strings(metadata ?? [:])),
            ("payment_intent", .string(intent)), ("reason", .string(reason)), ("status", .string(status.rawValue)),
        ])
    }

    /// What changed since it was another, as `previous_attributes` has it.
    func changes(since before: Dispute) -> JSONValue {
        var was: [(String, JSONValue)] = []
        if before.evidence != evidence { was.append(("evidence", before.evidenceWire)) }
        if before.evidence != evidence || before.submissions != submissions,
            let details = before.wire["evidence_details"]
        {
            was.append(("evidence_details", details))
        }
        if before.metadata != metadata { was.append(("metadata", .strings(before.metadata ?? [:]))) }
        if before.status != status { was.append(("status", .string(before.status.rawValue))) }
        return .object(was)
    }

    private var evidenceWire: JSONValue {
        .object(Self.evidenceNames.map { ($0, $0 == "enhanced_evidence" ? .object([]) : .optional(evidence?[$0])) })
    }

    /// What can be handed in (https://docs.stripe.com/api/disputes/evidence_object).
    static let evidenceNames = [
        "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "enhanced_evidence",
        "product_description", "receipt", "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation",
        "service_date",
        "service_documentation", "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation",
        "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
    ]
}

extension PaymentState {
    /// The customer of an intent asks the money back: the provider takes it from the shop at once, unless the bank only
    /// asks.
    /// - Parameter dueBy: until when evidence is taken, in seconds since 1970; a week unless told.
    func dispute(
        _ intent: PaymentIntent, reason: String, isInquiry: Bool = false, dueBy: Int64? = nil, at now: Date
    ) -> BookOutcome {
        let left = intent.amountReceived - refunded[intent.id, default: 0]
        guard intent.status == .succeeded, left > 0, disputeOf[intent.id] == nil else {
            return .refused(
                .unexpectedState(
                    "There is no money of this PaymentIntent to dispute, or it is disputed already.", intent))
        }
        let dispute = Dispute(
            id: ProviderID.dispute(), intent: intent.id, charge: intent.latestCharge, amount: left,
            currency: intent.currency,
            reason: reason, created: now.unixSeconds, status: isInquiry ? .warningNeedsResponse : .needsResponse,
            dueBy: dueBy ?? Dispute.dueBy(from: now.unixSeconds))
        let change = BookChange(ledger: isInquiry ? [] : [entry(intent, left, .dispute, now)], dispute: dispute)
        return BookOutcome(change: change, answer: .success(dispute.wire))
    }

    /// The bank decides, or makes a dispute of a question.
    func close(_ id: String, as status: Dispute.Status, at now: Date) -> BookOutcome {
        guard var dispute = disputes[id], let intent = intents[dispute.intent] else {
            return .refused(.missing("dispute", id, param: "id"))
        }
        let isPossible =
            dispute.isInquiry ? status == .warningClosed || status == .needsResponse : status == .won || status == .lost
        guard !dispute.status.isFinal, isPossible else {
            return .refused(
                .invalidRequest(
                    code: nil,
                    message: "This dispute is \(dispute.status.rawValue), so it cannot become \(status.rawValue)."))
        }
        let moved: LedgerEntry.Kind? =
            switch status {
            case .won: .disputeWon
            case .needsResponse: .dispute
            default: nil
            }
        dispute.status = status
        let change = BookChange(ledger: moved.map { [entry(intent, dispute.amount, $0, now)] } ?? [], dispute: dispute)
        return BookOutcome(change: change, answer: .success(dispute.wire))
    }

    /// `POST /v1/disputes/{id}`: keeps evidence, and hands it in unless `submit` is false.
    func update(_ current: Dispute, _ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome {
        var dispute = current
        dispute.metadata = try parameters.metadata(over: dispute.metadata ?? [:])
        if let given = parameters.fields("evidence") {
            guard !dispute.status.isFinal, (dispute.dueBy ?? .max) >= now.unixSeconds else {
                throw .invalidRequest(
                    code: nil, message: "This dispute is closed, or its evidence is past due.", param: "evidence")
            }
            for (name, value) in given.values {
                guard let text = value.text else {
                    throw .invalidRequest(code: nil, message: "Invalid string", param: "evidence[\(name)]")
                }
                guard text.count <= 20_000 else {
                    throw .invalidRequest(
                        code: "parameter_invalid_string_blank",
                        message: "Evidence has at most 20,000 characters a field.",
                        param: "evidence[\(name)]")
                }
                dispute.evidence = (dispute.evidence ?? [:]).merging([name: text]) { $1 }.filter { !$0.value.isEmpty }
            }
            if try parameters.boolean("submit") ?? true {
                dispute.submissions = (dispute.submissions ?? 0) + 1
                dispute.status = dispute.status.underReview
            }
        }
        return BookOutcome(change: BookChange(dispute: dispute), answer: .success(dispute.wire))
    }

    /// `POST /v1/disputes/{id}/close`: the shop gives in.
    func accept(_ dispute: Dispute, at now: Date) throws(StripeError) -> BookOutcome {
        guard !dispute.status.isFinal, !dispute.isInquiry else {
            throw .invalidRequest(code: nil, message: "This dispute is already closed.")
        }
        return close(dispute.id, as: .lost, at: now)
    }

    /// `GET /v1/disputes/{id}`
    func dispute(_ id: String?) throws(StripeError) -> Dispute {
        guard let id, let dispute = disputes[id] else { throw .missing("dispute", id ?? "", param: "id") }
        return dispute
    }

    /// `GET /v1/disputes`; of one intent or one charge where given.
    func listDisputes(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let (intent, charge) = (try parameters.text("payment_intent"), try parameters.text("charge"))
        return try Listing(parameters).page(of: disputeOrder, "dispute", at: "/v1/disputes") { id in
            guard let dispute = disputes[id], intent == nil || dispute.intent == intent,
                charge == nil || dispute.charge == charge
            else {
                return nil
            }
            return (dispute.created, { dispute.wire })
        }
    }
}
