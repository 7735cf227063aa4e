package import Domain
package import JobQueue
package import Postgres

/// What is in the house.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct StockStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Stock of one unit.
    package func stock(_ sku: SKU) async throws -> Stock? {
        let rows = try await database.query("SELECT sku, on_hand, reserved FROM stock WHERE sku = \(sku)")
        return try rows.first.map { Stock(sku: try $0["sku"], onHand: try $0["on_hand"], reserved: try $0["reserved"]) }
    }

    /// Adds pieces that came in, or takes away (negative) what is lost. `nil` when the unit is unknown or so much of it
    /// is reserved that it cannot be taken.
    package func adjust(_ sku: SKU, by delta: Int, actor: AuditActor, reason: String) async throws -> Stock? {
        let (stock, jobs) = try await database.transaction { transaction in
            let rows = try transaction.query(
                """
                UPDATE stock SET on_hand = on_hand + \(delta)::integer, initial = initial + \(delta)::integer
                  FROM products
                 WHERE stock.sku = \(sku) AND products.sku = stock.sku
                   AND on_hand + \(delta)::integer >= reserved AND initial + \(delta)::integer >= 0
                RETURNING stock.sku, on_hand, reserved, products.id
                """)
            guard let row = rows.first else { return (Stock?.none, [PendingJob]()) }
            let job = try JobLedger.insertion(of: InvalidateProducts(productIDs: [try row["id"]]))
            let entry = AuditEntry(
                actor: actor, action: "stock.adjusted", subjectKind: "stock", subjectID: sku.rawValue,
                details: ["delta": String(delta), "reason": reason])
            try transaction.execute([try AuditLog.insertion(of: entry), job.statement])
            return (Stock(sku: sku, onHand: try row["on_hand"], reserved: try row["reserved"]), [job])
        }
        await dispatcher.push(jobs)
        return stock
    }
}
