package import Domain
package import FoundationEssentials
package import Postgres

/// A shipping method as staff see it.
package struct ShippingMethodRecord: Hashable, Sendable {
    package let method: ShippingMethod
    /// Counts changes.
    package let version: Int
    package let createdAt: Date
    package let updatedAt: Date

    init(_ row: PostgresRow) throws {
        method = try ShippingMethod(row)
        version = try row["version"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
    }
}

extension ShippingMethod {
    /// What is read of a row `m`.
    static let columns = """
        m.id, m.code, m.name, m.countries, m.currency, m.is_active, m.version, m.created_at, m.updated_at,
        (SELECT array_agg(minimum ORDER BY minimum) FROM shipping_rates WHERE method_id = m.id) AS minima,
        (SELECT array_agg(price ORDER BY minimum) FROM shipping_rates WHERE method_id = m.id) AS prices
        """

    init(_ row: PostgresRow) throws {
        let currency: Currency = try row["currency"]
        let (minima, prices): ([Int64]?, [Int64]?) = (try row["minima"], try row["prices"])
        self.init(
            id: try row["id"], code: try row["code"], name: try row["name"],
            countries: try (row["countries"] as [String]?).map { Set($0) },
            rates: zip(minima ?? [], prices ?? []).map {
                Rate(minimumTotal: Money($0, currency), price: Money($1, currency))
            }, isActive: try row["is_active"])
    }

    /// Its rates in the currency of a purchase. Throws `StorageError.currencyUnavailable` or `.amountTooLarge`.
    func offer(_ book: PriceBook) throws(StorageError) -> ShippingOffer {
        var converted: [Rate] = []
        for rate in rates {
            guard let minimum = try book.converted(rate.minimumTotal), let price = try book.converted(rate.price) else {
                throw .currencyUnavailable(book.currency)
            }
            converted.append(Rate(minimumTotal: minimum, price: price))
        }
        return ShippingOffer(self, rates: converted)
    }
}

/// Reads how purchases can be sent.
enum ShippingReading {
    /// The most active methods: each purchase looks at all of them.
    static let maximumActive = 50

    /// All that are active, in the order of their codes. None: the shop sends for nothing.
    static let active: Query<[ShippingMethod]> = Query.rows(
        "SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m WHERE m.is_active ORDER BY m.code"
    ) { try ShippingMethod($0) }
}

/// What is to be changed about a shipping method. `nil` stays as it is.
package struct ShippingMethodChange: Hashable, Sendable {
    /// Where it goes.
    package enum Zone: Hashable, Sendable {
        case everywhere
        case countries(Set<String>)
    }

    package var name: String?
    package var zone: Zone?
    /// 1 to ``ShippingMethod/maximumRates``, each total once.
    package var rates: [ShippingMethod.Rate]?
    package var isActive: Bool?

    /// Changes nothing.
    package init() {}

    func applied(to old: ShippingMethod) -> ShippingMethod {
        var countries = old.countries
        switch zone {
        case nil: break
        case .everywhere: countries = nil
        case .countries(let names): countries = names
        }
        return ShippingMethod(
            id: old.id, code: old.code, name: name ?? old.name, countries: countries, rates: rates ?? old.rates,
            isActive: isActive ?? old.isActive)
    }
}

/// What became of a new or changed shipping method. Only `saved` changed anything.
package enum ShippingMethodOutcome: Hashable, Sendable {
    case saved(ShippingMethodRecord)
    case unknown
    /// Another one has this code.
    case codeTaken
    /// So many are active already.
    case tooManyActive(Int)
}

/// Shipping methods, as staff make and change them, and as customers choose between them.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct ShippingMethodStore: Sendable {
    let database: PostgresPool
    let settings: ShopSettings

    package init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// One method, `nil` when there is none.
    package func method(_ id: ShippingMethod.ID) async throws -> ShippingMethodRecord? {
        try await database.query(
            "SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m WHERE m.id = \(id)"
        ).first.map(ShippingMethodRecord.init)
    }

    /// The method with a code, `nil` when there is none.
    package func method(code: ShippingCode) async throws -> ShippingMethodRecord? {
        try await database.query(
            "SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m WHERE m.code = \(code)"
        ).first.map(ShippingMethodRecord.init)
    }

    /// All methods, latest first. Throws `StorageError.invalidCursor`.
    package func list(_ page: PageRequest = PageRequest()) async throws -> Page<ShippingMethodRecord> {
        let list = ListCursor.List("shipping-methods", [])
        let before: ShippingMethod.ID? = try page.id(of: list)
        let rows = try await database.query(
            """
            SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m
             WHERE (\(before)::uuid IS NULL OR m.id < \(before)::uuid)
             ORDER BY m.id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(ShippingMethodRecord.init), limit: page.limit, of: list) {
            [.text($0.method.id.description)]
        }
    }

    /// How the owner's cart can be sent to a country, cheapest first, with what that costs. `nil` when there is no
    /// cart. Throws `StorageError.currencyUnavailable`.
    package func options(for owner: CartOwner, to country: String, in currency: Currency? = nil) async throws
        -> [(method: ShippingMethod, price: Money)]?
    {
        let currency = currency ?? settings.currency
        let (cart, methods, book) = try await database.run(
            QueryGroup(
                CartReading.cart(of: owner, currency, settings), ShippingReading.active,
                PriceBook.reading(currency, settings)
            ) { ($0, $1, $2) })
        guard let cart else { return nil }
        let isFree = cart.discounts.contains(where: \.isForShipping)
        return try methods.filter { $0.serves(country) }.compactMap { method in
            guard let price = try method.offer(book).price(of: cart.total) else { return nil }
            return (method, isFree ? .zero(currency) : price)
        }.sorted { ($0.price.amount, $0.method.code.rawValue) < ($1.price.amount, $1.method.code.rawValue) }
    }

    /// Adds a method. `entry` says who does it; what is added is noted with it.
    package func add(_ method: ShippingMethod, noting entry: AuditEntry) async throws -> ShippingMethodOutcome {
        do {
            return try await database.transaction { transaction in
                if try Self.hasTooManyActive(with: method, in: transaction) {
                    return .tooManyActive(ShippingReading.maximumActive)
                }
                let (_, _, record, _) = try transaction.pipeline(
                    """
                    INSERT INTO shipping_methods (id, code, name, countries, currency, is_active)
                    VALUES (\(method.id), \(method.code), \(method.name), \(method.countries?.sorted())::text[],
                        \(settings.currency), \(method.isActive))
                    """ as SQL, Self.rates(of: method), Self.reading(method.id),
                    try AuditLog.insertion(of: entry.about(nil, method)))
                return .saved(record)
            }
        } catch let error as PostgresError where error.constraint == "shipping_methods_code" {
            return .codeTaken
        }
    }

    /// Changes a method. Orders keep what they were placed with.
    package func change(_ id: ShippingMethod.ID, _ change: ShippingMethodChange, noting entry: AuditEntry) async throws
        -> ShippingMethodOutcome
    {
        try await database.transaction { transaction in
            let locked = Query.firstRow(
                "SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m WHERE m.id = \(id) FOR UPDATE OF m"
            ) { try ShippingMethodRecord($0) }
            guard let record = try transaction.run(locked) else { return .unknown }
            let (old, new) = (record.method, change.applied(to: record.method))
            if old == new { return .saved(record) }
            if !old.isActive, try Self.hasTooManyActive(with: new, in: transaction) {
                return .tooManyActive(ShippingReading.maximumActive)
            }
            let (_, _, _, changed, _) = try transaction.pipeline(
                """
                UPDATE shipping_methods
                   SET name = \(new.name), countries = \(new.countries?.sorted())::text[], is_active = \(new.isActive),
                       version = version + 1, updated_at = now()
                 WHERE id = \(id)
                """ as SQL, "DELETE FROM shipping_rates WHERE method_id = \(id)" as SQL, Self.rates(of: new),
                Self.reading(id), try AuditLog.insertion(of: entry.about(old, new)))
            return .saved(changed)
        }
    }

    private static func reading(_ id: ShippingMethod.ID) -> Query<ShippingMethodRecord> {
        Query.row("SELECT \(raw: ShippingMethod.columns) FROM shipping_methods AS m WHERE m.id = \(id)") {
            try ShippingMethodRecord($0)
        }
    }

    private static func rates(of method: ShippingMethod) -> SQL {
        """
        INSERT INTO shipping_rates (method_id, minimum, price)
        SELECT \(method.id)::uuid, * FROM unnest(\(method.rates.map(\.minimumTotal.amount))::bigint[],
                                                 \(method.rates.map(\.price.amount))::bigint[])
        """
    }

    /// Whether with this one too many would be active. Who makes another at the same moment waits.
    private static func hasTooManyActive(with method: ShippingMethod, in transaction: PostgresTransaction) throws
        -> Bool
    {
        guard method.isActive else { return false }
        let (_, count) = try transaction.pipeline(
            "SELECT pg_advisory_xact_lock(hashtextextended('shipping-methods', 0))" as SQL,
            Query.row("SELECT count(*) AS others FROM shipping_methods WHERE is_active") {
                try $0["others"] as Int
            })
        return count >= ShippingReading.maximumActive
    }
}

extension AuditEntry {
    /// The same with what was changed about a shipping method, and how.
    fileprivate func about(_ old: ShippingMethod?, _ new: ShippingMethod) -> AuditEntry {
        var copy = self
        let (before, after) = (old.map(Self.facts) ?? [:], Self.facts(new))
        for (name, value) in after where before[name] != value { copy.details[name] = value }
        let gone = before.filter { after[$0.key] != $0.value }.sorted { $0.key < $1.key }
        if !gone.isEmpty { copy.details["before"] = gone.map { "\($0.key): \($0.value)" }.joined(separator: "; ") }
        return copy
    }

    private static func facts(_ method: ShippingMethod) -> [String: String] {
        [
            "code": method.code.rawValue, "name": method.name, "active": String(method.isActive),
            "countries": method.countries?.sorted().joined(separator: ", ") ?? "everywhere",
            "rates": method.rates.map { "\($0.price) from \($0.minimumTotal)" }.joined(separator: ", "),
        ]
    }
}
