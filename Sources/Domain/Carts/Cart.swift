/// What a customer has gathered, priced as of now.
public struct Cart: Hashable, Sendable {
    /// A cart's id.
    public typealias ID = Identifier<Cart>

    /// The id.
    public let id: ID
    /// Whether it can be edited.
    public let status: CartStatus
    /// Its lines, in order of being added.
    public let items: [CartItem]
    /// Sum of the lines.
    public let subtotal: Money

    /// Puts a cart together.
    public init(id: ID, status: CartStatus, items: [CartItem], subtotal: Money) {
        self.id = id
        self.status = status
        self.items = items
        self.subtotal = subtotal
    }
}
