/// How much there is of one unit. The database keeps `0 ≤ reserved ≤ onHand`.
public struct Stock: Hashable, Sendable {
    /// Of what.
    public let sku: SKU
    /// Pieces in the house.
    public let onHand: Int
    /// Pieces of these that are set aside for orders.
    public let reserved: Int

    /// Describes what is there.
    public init(sku: SKU, onHand: Int, reserved: Int) {
        self.sku = sku
        self.onHand = onHand
        self.reserved = reserved
    }

    /// Pieces that can still be promised.
    public var available: Int { onHand - reserved }
}
