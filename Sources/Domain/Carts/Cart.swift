/// What a customer has gathered, priced as of now.
package struct Cart: Hashable, Sendable {
    package typealias ID = Identifier<Cart>

    package let id: ID
    /// Whether it can be edited.
    package let status: CartStatus
    /// Its lines, in order of being added.
    package let items: [CartItem]
    /// Sum of the lines.
    package let subtotal: Money
    /// What discounts would take off now.
    package let discount: Money
    /// Those discounts.
    package let discounts: [AppliedDiscount]
    /// What the customer typed.
    package let code: Code?

    /// The code of a discount in a cart.
    package struct Code: Hashable, Sendable {
        package let code: DiscountCode
        /// Why the cart may not have it as it is.
        package let refusal: DiscountRefusal?

        package init(_ code: DiscountCode, refusal: DiscountRefusal? = nil) {
            self.code = code
            self.refusal = refusal
        }
    }

    package init(
        id: ID, status: CartStatus, items: [CartItem], subtotal: Money, discount: Money? = nil,
        discounts: [AppliedDiscount] = [], code: Code? = nil
    ) {
        self.id = id
        self.status = status
        self.items = items
        self.subtotal = subtotal
        self.discount = discount ?? .zero(subtotal.currency)
        self.discounts = discounts
        self.code = code
    }

    /// What the goods would cost now. Discounts never take off more than there is.
    package var total: Money {
        Money(max(0, subtotal.amount.subtractingReportingOverflow(discount.amount).0), subtotal.currency)
    }
}

/// Whether a cart can be edited.
package enum CartStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Items come and go.
    case open
    /// An order was placed from it and is not through; edits are refused.
    case converting
    /// It became a confirmed order.
    case converted
    /// Its items went into another cart at login.
    case merged
    /// It belonged to an express order that came to nothing.
    case closed
}

/// One line of a cart.
package struct CartItem: Hashable, Sendable {
    package let productID: Product.ID
    /// What the warehouse counts.
    package let sku: SKU
    package let name: String
    package let quantity: Quantity
    /// Price of one piece now, rounded where it is converted.
    package let unitPrice: Money
    /// Price of all pieces now; see ``LinePrice``.
    package let total: Money
    /// How many pieces could be reserved right now. No promise: stock is reserved at checkout.
    package let available: Int
    /// Whether that is enough.
    package var isInStock: Bool { available >= quantity.rawValue }

    package init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice, available: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
        self.available = available
    }
}
