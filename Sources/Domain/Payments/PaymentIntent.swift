public import FoundationEssentials

/// A payment as the provider holds it: a snapshot that was true when the provider answered.
public struct PaymentIntent: Sendable, Hashable {
    /// The provider's own identifier, such as `pi_3MtwBwLkdIwHu7ix28a3tqPa`.
    public struct ID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        /// The identifier as the provider wrote it.
        public let rawValue: String

        /// Takes the provider's text as it is.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The identifier itself; it is no secret.
        public var description: String { rawValue }
    }

    /// The provider's identifier.
    public let id: ID
    /// Where the payment stands.
    public let status: PaymentIntentStatus
    /// What is, or would be, charged.
    public let amount: Money
    /// What the customer's browser needs to complete a ``PaymentIntentStatus/requiresAction`` payment. A secret of that customer: never logged.
    public let clientSecret: String?
    /// Why the last try was refused, when it was.
    public let lastError: Decline?
    /// The order this intent was made for, when it carries one of ours.
    public let orderID: Order.ID?
    /// The provider's identifier of the call that gave this snapshot, for its support and for our logs.
    public let requestID: String?
    /// When it was made, by the provider's clock and in whole seconds. `nil` when the provider did not say.
    public let createdAt: Date?
    /// What has been taken, which can be less than ``amount`` where somebody took a part by hand. `nil` when the provider did not say.
    public let amountReceived: Money?
    /// The payment this intent was made for, when it carries one of ours.
    public let paymentID: Payment.ID?
    /// The shop that made it (see ``Reconciliation``), when it says so.
    public let shop: String?

    /// Puts a snapshot together from a provider's answer.
    public init(
        id: ID, status: PaymentIntentStatus, amount: Money, clientSecret: String? = nil, lastError: Decline? = nil,
        orderID: Order.ID? = nil,
        requestID: String? = nil, createdAt: Date? = nil, amountReceived: Money? = nil, paymentID: Payment.ID? = nil, shop: String? = nil
    ) {
        self.id = id
        self.status = status
        self.amount = amount
        self.clientSecret = clientSecret
        self.lastError = lastError
        self.orderID = orderID
        self.requestID = requestID
        self.createdAt = createdAt
        self.amountReceived = amountReceived
        self.paymentID = paymentID
        self.shop = shop
    }
}

extension PaymentIntent: CustomStringConvertible {
    /// What may be logged: no client secret.
    public var description: String {
        "\(id) \(status.rawValue) \(amount)"
    }
}
