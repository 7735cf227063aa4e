/// What one call changed. It is journalled as one line and applied as one step, so an intent, the money it moved and
/// what is told of it never part.
struct BookChange: Sendable, Codable, Equatable {
    var intent: PaymentIntent?
    var charge: Charge?
    var refund: Refund?
    var ledger: [LedgerEntry] = []
    var dispute: Dispute?
    var events: [Event] = []

    init(intent: PaymentIntent? = nil, refund: Refund? = nil, ledger: [LedgerEntry] = [], dispute: Dispute? = nil) {
        self.intent = intent
        self.refund = refund
        self.ledger = ledger
        self.dispute = dispute
    }

    /// Reads a change from a journal, also from one that was written before changes had everything they have now.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        intent = try fields.decodeIfPresent(PaymentIntent.self, forKey: .intent)
        charge = try fields.decodeIfPresent(Charge.self, forKey: .charge)
        refund = try fields.decodeIfPresent(Refund.self, forKey: .refund)
        ledger = try fields.decodeIfPresent([LedgerEntry].self, forKey: .ledger) ?? []
        dispute = try fields.decodeIfPresent(Dispute.self, forKey: .dispute)
        events = try fields.decodeIfPresent([Event].self, forKey: .events) ?? []
    }
}
