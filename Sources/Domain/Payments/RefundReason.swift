/// Why money goes back.
package enum RefundReason: String, Hashable, Codable, Sendable, CaseIterable {
    /// The customer asked for it.
    case requestedByCustomer = "requested_by_customer"
    /// The same thing was paid twice.
    case duplicate
    /// The card was not the customer's to use.
    case fraudulent
    /// The order was called off after it was paid.
    case orderCancelled = "order_cancelled"
    /// The money moved when the order was over already.
    case latePayment = "late_payment"
    /// The money moved for an order that is not known here.
    case orderUnknown = "order_unknown"
    /// Somebody gave the money back at the provider's own pages, or another program did, and did not say why.
    case madeAtProvider = "made_at_provider"

    /// Whether a person may give it; the others are the system's own.
    package var isForPeople: Bool {
        switch self {
        case .requestedByCustomer, .duplicate, .fraudulent: true
        case .orderCancelled, .latePayment, .orderUnknown, .madeAtProvider: false
        }
    }
}
