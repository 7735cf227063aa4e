/// What our books say of a payment, for comparing it with the provider's.
package struct PaymentSnapshot: Hashable, Sendable {
    package let orderID: Order.ID
    package let order: OrderStatus
    /// Its payment.
    package let paymentID: Payment.ID
    /// Where that stands.
    package let payment: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// What was taken.
    package let captured: Money
    /// The stored intent, if any.
    package let intentID: PaymentIntent.ID?

    package init(
        orderID: Order.ID, order: OrderStatus, paymentID: Payment.ID, payment: PaymentStatus, amount: Money,
        intentID: PaymentIntent.ID?,
        captured: Money? = nil
    ) {
        self.orderID = orderID
        self.order = order
        self.paymentID = paymentID
        self.payment = payment
        self.amount = amount
        self.intentID = intentID
        self.captured = captured ?? (payment.rank >= PaymentStatus.captured.rank ? amount : .zero(amount.currency))
    }

    /// Whether money may still be taken for its order: one that costs nothing never takes any.
    var takesMoney: Bool { order.isOpen && payment != .notRequired }

    /// Whether money was taken or is held, as far as we know.
    var isPaid: Bool { payment.rank >= PaymentStatus.authorized.rank }
}

/// Whose a payment at the provider is: several shops, and other programs, may share one account. One rule for events
/// and for the comparison of books.
///
/// A payment is this shop's when it is stored here, or carries this shop's identity (see ``Reconciliation/shop``), or
/// names an order that is here.
package enum PaymentOwner: Hashable, Sendable {
    /// This shop's.
    case thisShop
    /// Another shop's: it says so. That one looks after its own.
    case anotherShop
    /// Nothing proves it this shop's. Events of it are taken and change nothing; where money moved, the comparison of
    /// books shows it once.
    case unproven

    /// Judges by what the payment says and what is stored.
    ///
    /// - Parameters:
    ///   - named: the shop that the payment names, if any.
    ///   - shop: this shop.
    ///   - isStored: whether the payment is stored here.
    ///   - isNamed: whether the order that it names is here.
    package init(of named: String?, in shop: String, isStored: Bool, isNamed: Bool) {
        if isStored || named == shop {
            self = .thisShop
        } else if named != nil {
            self = .anotherShop
        } else {
            self = isNamed ? .thisShop : .unproven
        }
    }
}
