/// What a customer has gathered, priced as of now.
package struct Cart: Hashable, Sendable {
    /// A cart's id.
    package typealias ID = Identifier<Cart>

    /// The id.
    package let id: ID
    /// Whether it can be edited.
    package let status: CartStatus
    /// Its lines, in order of being added.
    package let items: [CartItem]
    /// Sum of the lines.
    package let subtotal: Money

    /// Puts a cart together.
    package init(id: ID, status: CartStatus, items: [CartItem], subtotal: Money) {
        self.id = id
        self.status = status
        self.items = items
        self.subtotal = subtotal
    }
}
