package import FoundationEssentials

/// A payment as the provider holds it: a snapshot that was true when the provider answered.
package struct PaymentIntent: Sendable, Hashable {
    /// The provider's own identifier, such as `pi_3MtwBwLkdIwHu7ix28a3tqPa`.
    package struct ID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        /// The identifier as the provider wrote it.
        package let rawValue: String

        /// Takes the provider's text as it is.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The identifier itself; it is no secret.
        package var description: String { rawValue }
    }

    /// The provider's identifier.
    package let id: ID
    /// Where the payment stands.
    package let status: PaymentIntentStatus
    /// What is, or would be, charged.
    package let amount: Money
    /// What the customer's browser needs to complete a ``PaymentIntentStatus/requiresAction`` payment. A secret of that
    /// customer: never logged.
    package let clientSecret: String?
    /// Why the last try was refused, when it was.
    package let lastError: Decline?
    /// The order this intent was made for, when it carries one of ours.
    package let orderID: Order.ID?
    /// The provider's identifier of the call that gave this snapshot, for its support and for our logs.
    package let requestID: String?
    /// When it was made, by the provider's clock and in whole seconds. `nil` when the provider did not say.
    package let createdAt: Date?
    /// What has been captured, which can be less than ``amount`` where an operator captured a part by hand. `nil` when
    /// the provider did not say.
    package let amountReceived: Money?
    /// What is held and can be taken, which can be less than ``amount``. `nil` when the provider did not say.
    package let amountCapturable: Money?
    /// The card that was charged, where the provider said so.
    package let card: CardSummary?
    /// The payment this intent was made for, when it carries one of ours.
    package let paymentID: Payment.ID?
    /// The shop that made it (see ``Reconciliation``), when it says so.
    package let shop: String?

    /// Puts a snapshot together from a provider's answer.
    package init(
        id: ID, status: PaymentIntentStatus, amount: Money, clientSecret: String? = nil, lastError: Decline? = nil,
        orderID: Order.ID? = nil,
        requestID: String? = nil, createdAt: Date? = nil, amountReceived: Money? = nil, amountCapturable: Money? = nil,
        paymentID: Payment.ID? = nil, shop: String? = nil, card: CardSummary? = nil
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
        self.amountCapturable = amountCapturable
        self.card = card
        self.paymentID = paymentID
        self.shop = shop
    }
}

extension PaymentIntent {
    /// What of it was taken: all of it unless the provider says otherwise, and never more than it is over.
    package var captured: Money {
        guard status == .succeeded else { return .zero(amount.currency) }
        return Money(min(max((amountReceived ?? amount).amount, 0), amount.amount), amount.currency)
    }

    /// What of it is held: all of it unless the provider says otherwise, and never more than it is over.
    package var held: Money {
        guard status == .requiresCapture else { return .zero(amount.currency) }
        return Money(min(max((amountCapturable ?? amount).amount, 0), amount.amount), amount.currency)
    }
}

/// What a customer recognizes a card by.
package struct CardSummary: Sendable, Hashable, Codable {
    /// The provider's word for the brand, such as `visa`.
    package let brand: String
    /// The last four digits.
    package let lastFour: String

    /// `nil` unless the brand is a short word and the digits are four.
    package init?(brand: String, lastFour: String) {
        let isWord =
            (1...32).contains(brand.utf8.count)
            && brand.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F || $0 == 0x20 }
        guard isWord, lastFour.utf8.count == 4, lastFour.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.brand = brand
        self.lastFour = lastFour
    }
}

extension PaymentIntent: CustomStringConvertible {
    /// What may be logged: no client secret.
    package var description: String {
        "\(id) \(status.rawValue) \(amount)"
    }
}

/// The states of a payment intent, under the names the provider's API gives them (Stripe API reference, "The
/// PaymentIntent object").
package enum PaymentIntentStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made, or declined: waits for a (new) card.
    case requiresPaymentMethod = "requires_payment_method"
    /// Has a card and waits for the call that charges it.
    case requiresConfirmation = "requires_confirmation"
    /// Waits for the customer, for example at their bank's page.
    case requiresAction = "requires_action"
    /// The provider works on it; the outcome comes later.
    case processing
    /// The amount is authorized on the card and waits to be captured.
    case requiresCapture = "requires_capture"
    /// The money has moved. Final.
    case succeeded
    /// Given up. Final, and can never be charged.
    case canceled
}

extension PaymentIntentStatus {
    /// Whether the customer's part is done: charged, or authorized on the card.
    package var isPaid: Bool {
        self == .succeeded || self == .requiresCapture
    }

    /// Whether nothing changes this state any more.
    package var isFinal: Bool {
        self == .succeeded || self == .canceled
    }
}
