package import Domain
package import JobQueue
package import Postgres

/// What is in the house, how staff change it, and what its history says.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct StockStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let settings: ShopSettings

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.dispatcher = dispatcher
        self.settings = settings
    }

    /// Stock of one unit.
    package func stock(_ sku: SKU) async throws -> Stock? {
        let rows = try await database.query("SELECT sku, on_hand, reserved FROM stock WHERE sku = \(sku)")
        return try rows.first.map { Stock(sku: try $0["sku"], onHand: try $0["on_hand"], reserved: try $0["reserved"]) }
    }

    /// Stock of one unit as staff see it, and how many pieces orders have taken since it was changed last (`nil` when
    /// it never was). `nil` when there is no such unit.
    package func level(_ sku: SKU) async throws -> (level: StockLevel, consumedSinceChange: Int?)? {
        let rows = try await database.query(
            """
            SELECT \(raw: StockLevelRow.columns), l.on_hand_after - s.on_hand AS consumed
              FROM \(raw: StockLevelRow.tables)
              LEFT JOIN LATERAL (\(StockHistory.last(of: "s.sku"))) AS l ON true
             WHERE s.sku = \(sku)
            """)
        return try rows.first.map {
            (try StockLevelRow.level($0, settings), try $0["consumed"])
        }
    }

    /// The changes of one unit, latest first; `nil` when there is no such unit. Throws `StorageError.invalidCursor`.
    package func changes(of sku: SKU, page: PageRequest = PageRequest()) async throws -> Page<StockChange>? {
        let list = ListCursor.List("stock-changes", [sku.rawValue])
        var place: Int64?
        if let values = try page.values(of: list) {
            guard case .number(let sequence)? = values.first, values.count == 1 else {
                throw StorageError.invalidCursor
            }
            place = sequence
        }
        let condition: SQL = place.map { "AND c.id < \($0)::bigint" } ?? ""
        let (isKnown, changes) = try await database.pipeline(
            Query.any("SELECT FROM stock WHERE sku = \(sku)"),
            Query.rows(
                """
                SELECT \(raw: StockHistory.columns) FROM stock_changes AS c
                 WHERE c.sku = \(sku) \(condition)
                 ORDER BY c.id DESC LIMIT \(page.limit + 1)
                """
            ) { try StockHistory.change($0) })
        guard isKnown else { return nil }
        return Page(changes, limit: page.limit, of: list) { [.number($0.sequence)] }
    }

    /// How many units are low, and how many of those have no piece left that can be promised.
    package func low() async throws -> LowStock {
        try await database.run(
            Query.row(
                """
                SELECT count(*) AS units, count(*) FILTER (WHERE s.on_hand <= s.reserved) AS sold_out,
                       min(s.sku) AS first
                  FROM \(raw: StockLevelRow.tables)
                 WHERE \(StockLevelRow.isLow(settings))
                """
            ) { LowStock(units: try $0["units"], soldOut: try $0["sold_out"], first: try $0["first"]) })
    }
}

/// How many units are low.
package struct LowStock: Hashable, Sendable {
    /// Units at their threshold or below.
    package let units: Int
    /// Those of them of which no piece can be promised.
    package let soldOut: Int
    /// The first of them by SKU.
    package let first: SKU?

    package init(units: Int, soldOut: Int, first: SKU?) {
        self.units = units
        self.soldOut = soldOut
        self.first = first
    }
}

/// Stock with its product, one row each.
enum StockLevelRow {
    static let columns = "s.sku, s.on_hand, s.reserved, s.low_threshold, p.id AS product_id, p.name, p.is_active"
    static let tables = "stock AS s JOIN products AS p ON p.sku = s.sku"

    /// The condition under which a unit is low: ``StockLevel/isLow`` in SQL.
    static func isLow(_ settings: ShopSettings) -> SQL {
        "(p.is_active AND s.on_hand - s.reserved <= coalesce(s.low_threshold, \(settings.lowStockThreshold)::integer))"
    }

    /// Reads a row of the columns.
    static func level(_ row: PostgresRow, _ settings: ShopSettings) throws -> StockLevel {
        StockLevel(
            stock: Stock(sku: try row["sku"], onHand: try row["on_hand"], reserved: try row["reserved"]),
            productID: try row["product_id"], name: try row["name"], isActive: try row["is_active"],
            ownThreshold: try row["low_threshold"], shopThreshold: settings.lowStockThreshold)
    }

    /// Units by their SKUs.
    static func reading(_ skus: [SKU], _ settings: ShopSettings) -> Query<[SKU: StockLevel]> {
        Query.rows("SELECT \(raw: columns) FROM \(raw: tables) WHERE s.sku = ANY (\(skus)::text[])") {
            try level($0, settings)
        }.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.stock.sku, $0) }) }
    }
}
