import Domain
import Postgres

/// Finds the one cart of an owner that can be edited, and locks it.
enum CartLock {
    /// The owner's cart, made when there is none. Throws `StorageError.cartLocked` while an order is being paid from
    /// it.
    static func acquire(_ owner: CartOwner, in transaction: PostgresTransaction) throws -> Cart.ID {
        // Whoever loses the race to make the cart waits for the winner here, and then finds the winner's cart.
        let (_, found) = try transaction.pipeline(insertion(owner), Query.firstRow(locking(owner)) { $0 })
        guard let row = found else { throw StorageError.notFound("cart") }
        guard try row["status"] as CartStatus == .open else { throw StorageError.cartLocked }
        return try row["id"]
    }

    private static func insertion(_ owner: CartOwner) -> SQL {
        """
        INSERT INTO carts (id, \(raw: owner.column)) SELECT \(Cart.ID())::uuid, \(owner)::\(raw: owner.columnType)
         WHERE NOT EXISTS (SELECT FROM carts WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting'))
        ON CONFLICT DO NOTHING
        """
    }

    /// Locks the owner's current cart without making one.
    static func locking(_ owner: CartOwner) -> SQL {
        """
        SELECT id, status FROM carts
         WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting')
           FOR NO KEY UPDATE
        """
    }
}
