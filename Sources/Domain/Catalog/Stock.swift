/// How much there is of one unit. The database keeps `0 ≤ reserved ≤ onHand`.
package struct Stock: Hashable, Sendable {
    /// Of what.
    package let sku: SKU
    /// Pieces in the house.
    package let onHand: Int
    /// Pieces of these that are set aside for orders.
    package let reserved: Int

    /// Describes what is there.
    package init(sku: SKU, onHand: Int, reserved: Int) {
        self.sku = sku
        self.onHand = onHand
        self.reserved = reserved
    }

    /// Pieces that can still be promised.
    package var available: Int { onHand - reserved }
}
