package import FoundationEssentials

/// What a customer bought, at the prices of the moment of buying.
package struct Order: Hashable, Sendable {
    package typealias ID = Identifier<Order>

    /// The id in URLs and at providers.
    package let id: ID
    /// The number people read out on the telephone. Rises, with gaps.
    package let number: Int64
    /// The cart it was made from.
    package let cartID: Cart.ID
    /// The account that placed it, `nil` for a guest or after erasure.
    package let userID: User.ID?
    /// Where its email goes, `nil` after erasure.
    package let email: EmailAddress?
    /// What its email is written in.
    package let language: Language
    package let status: OrderStatus
    /// How much of it is shipped.
    package let fulfillment: FulfillmentStatus
    /// Counts changes: the ETag of the order.
    package let version: Int
    /// What was bought, as priced.
    package let items: [OrderItem]
    package let totals: OrderTotals
    /// What made it cheaper.
    package let discounts: [AppliedDiscount]
    /// How it is sent, as that was called then; `nil` when the shop had no shipping methods.
    package let shippingMethod: OrderShipping?
    /// What went back.
    package let refunded: Money
    /// The refunds of its payment, oldest first.
    package let refunds: [OrderRefund]
    /// What is on its way or arrived, first one first.
    package let shipments: [Shipment]
    /// The rate prices were converted with, `nil` when all prices were in the order's currency.
    package let rate: AppliedRate?
    /// Why it was rejected: `out_of_stock`, or the payment provider's reason.
    package let rejectionReason: String?
    /// The payment that counts.
    package let payment: Payment?
    /// Where it is sent, `nil` after erasure.
    package let shippingAddress: Address?
    /// Until when stock is reserved.
    package let reservedUntil: Date?
    /// When it was accepted.
    package let createdAt: Date
    /// When it last changed.
    package let updatedAt: Date
    /// When it was confirmed.
    package let confirmedAt: Date?

    /// Puts an order together from stored parts.
    package init(
        id: ID, number: Int64, cartID: Cart.ID, userID: User.ID?, email: EmailAddress?, status: OrderStatus,
        fulfillment: FulfillmentStatus,
        version: Int,
        items: [OrderItem], totals: OrderTotals, rate: AppliedRate?, payment: Payment?, shippingAddress: Address?,
        reservedUntil: Date?,
        createdAt: Date, updatedAt: Date, confirmedAt: Date?, refunded: Money? = nil, refunds: [OrderRefund] = [],
        language: Language = .english, rejectionReason: String? = nil, shipments: [Shipment] = [],
        discounts: [AppliedDiscount] = [], shippingMethod: OrderShipping? = nil
    ) {
        self.id = id
        self.number = number
        self.cartID = cartID
        self.userID = userID
        self.email = email
        self.language = language
        self.status = status
        self.fulfillment = fulfillment
        self.version = version
        self.items = items
        self.totals = totals
        self.discounts = discounts
        self.shippingMethod = shippingMethod
        self.refunded = refunded ?? .zero(totals.total.currency)
        self.refunds = refunds
        self.shipments = shipments
        self.rate = rate
        self.rejectionReason = rejectionReason
        self.payment = payment
        self.shippingAddress = shippingAddress
        self.reservedUntil = reservedUntil
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.confirmedAt = confirmedAt
    }

    /// The currency all amounts are in.
    package var currency: Currency { totals.total.currency }

    /// Whether nothing is to be paid for it.
    package var isFree: Bool { totals.total.amount == 0 }
}

/// How an order is sent: the method as it was called when the order was placed.
package struct OrderShipping: Hashable, Sendable {
    package let code: ShippingCode
    package let name: String

    package init(code: ShippingCode, name: String) {
        self.code = code
        self.name = name
    }
}

/// A refund as the buyer sees it.
package struct OrderRefund: Hashable, Sendable {
    package let id: Refund.ID
    package let amount: Money
    package let status: RefundStatus
    /// The pieces it is for, where it names any.
    package let items: [RefundItem]
    /// When it was asked for.
    package let createdAt: Date
    /// When it succeeded, failed or was canceled.
    package let settledAt: Date?

    /// Puts it together from stored parts.
    package init(
        id: Refund.ID, amount: Money, status: RefundStatus, items: [RefundItem], createdAt: Date, settledAt: Date?
    ) {
        self.id = id
        self.amount = amount
        self.status = status
        self.items = items
        self.createdAt = createdAt
        self.settledAt = settledAt
    }
}

/// One line of an order: a snapshot that later changes of the product do not touch.
package struct OrderItem: Hashable, Codable, Sendable {
    /// The product as it was then.
    package let productID: Product.ID
    /// What the warehouse counts.
    package let sku: SKU
    /// The product's name then.
    package let name: String
    package let quantity: Quantity
    /// Price of one piece, rounded where it was converted.
    package let unitPrice: Money
    /// Price of all pieces; see ``LinePrice``.
    package let total: Money
    /// What the order's discounts take off the line, from zero to its total.
    package let discount: Money

    package init(
        productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice, discount: Money? = nil
    ) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
        self.discount = discount ?? .zero(price.total.currency)
    }

    /// The same line with so much taken off.
    package func discounted(by amount: Money) -> OrderItem {
        OrderItem(
            productID: productID, sku: sku, name: name, quantity: quantity,
            price: LinePrice(unit: unitPrice, total: total), discount: amount)
    }

    /// What all pieces cost after discounts.
    package var paid: Money {
        Money(max(0, total.amount.subtractingReportingOverflow(discount.amount).0), total.currency)
    }
}

/// The amounts of an order, all in one currency: total = subtotal − discount + shipping + tax.
package struct OrderTotals: Hashable, Codable, Sendable {
    /// Sum of the lines.
    package let subtotal: Money
    /// What is taken off, as an amount not below zero.
    package let discount: Money
    /// What sending costs.
    package let shipping: Money
    /// Tax on top.
    package let tax: Money
    /// What is charged.
    package let total: Money

    /// Adds up. Throws `currencyMismatch` or `overflow`.
    package init(subtotal: Money, discount: Money? = nil, shipping: Money? = nil, tax: Money? = nil) throws(MoneyError)
    {
        let zero = Money.zero(subtotal.currency)
        self.subtotal = subtotal
        self.discount = discount ?? zero
        self.shipping = shipping ?? zero
        self.tax = tax ?? zero
        total = try subtotal.subtracting(self.discount).adding(self.shipping).adding(self.tax)
    }

    /// Adds up the lines of an order, less what discounts take off them, and what sending costs. Throws
    /// `currencyMismatch` or `overflow`.
    package init(items: some Sequence<OrderItem>, shipping: Money? = nil, currency: Currency) throws(MoneyError) {
        try self.init(
            subtotal: Money.sum(items.map(\.total), in: currency),
            discount: Money.sum(items.map(\.discount), in: currency), shipping: shipping)
    }
}
