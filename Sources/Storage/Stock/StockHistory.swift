import Domain
import Postgres

/// Rows of `stock_changes`. Whatever changes the pieces in the house adds one, in the transaction of the change and
/// under the lock of the stock row, except the checkout that takes them.
enum StockHistory {
    /// Of the change `c`, with what orders took since the one before.
    static let columns = """
        c.id, c.sku, c.at, c.reason, c.actor, c.order_id, c.on_hand_before, c.on_hand_after, c.reference, c.note,
        (SELECT b.on_hand_after FROM stock_changes AS b
          WHERE b.sku = c.sku AND b.id < c.id ORDER BY b.id DESC LIMIT 1) - c.on_hand_before AS consumed
        """

    /// Reads a row of the columns.
    static func change(_ row: PostgresRow) throws -> StockChange {
        StockChange(
            sequence: try row["id"], sku: try row["sku"], at: try row["at"], actor: try row["actor"],
            reason: try row["reason"], before: try row["on_hand_before"], after: try row["on_hand_after"],
            consumedBefore: try row["consumed"], orderID: try row["order_id"], reference: try row["reference"],
            note: try row["note"])
    }

    /// The last change of a unit, which is named by a column of the query around.
    static func last(of sku: String) -> SQL {
        """
        SELECT c.on_hand_after, c.initial FROM stock_changes AS c
         WHERE c.sku = \(raw: sku) ORDER BY c.id DESC LIMIT 1
        """
    }

    /// Puts pieces of orders into the house, and writes down which came back of which order. The stock rows are locked
    /// already.
    ///
    /// - Parameter pieces: a selection of `order_id, sku, pieces`, each pair once; rows with no piece are left out.
    static func restocking(_ pieces: SQL, as reason: StockChangeReason, by actor: AuditActor) -> SQL {
        """
        WITH pieces AS (
            SELECT order_id, sku, pieces FROM (\(pieces)) AS r WHERE pieces > 0
        ), changed AS (
            UPDATE stock SET on_hand = on_hand + r.pieces
              FROM (SELECT sku, sum(pieces) AS pieces FROM pieces GROUP BY sku) AS r
             WHERE stock.sku = r.sku
            RETURNING stock.sku, stock.on_hand - r.pieces AS before, stock.initial
        )
        INSERT INTO stock_changes (sku, reason, actor, order_id, on_hand_before, on_hand_after, initial)
        SELECT r.sku, \(reason)::text, \(actor.text)::text, r.order_id, c.before + r.upto - r.pieces,
               c.before + r.upto, c.initial
          FROM (SELECT *, sum(pieces) OVER (PARTITION BY sku ORDER BY order_id) AS upto FROM pieces) AS r
          JOIN changed AS c ON c.sku = r.sku
         ORDER BY r.sku, r.order_id
        """
    }
}
