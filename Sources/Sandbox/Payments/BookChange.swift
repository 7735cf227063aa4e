/// What one call changed. It is journalled as one line and applied as one step, so an intent and the money it moved never part.
struct BookChange: Sendable, Codable, Equatable {
    var intent: PaymentIntent?
    var refund: Refund?
    var ledger: [LedgerEntry] = []
}
