package import Domain
package import FoundationEssentials
package import Postgres

/// A discount as staff see it.
package struct DiscountRecord: Hashable, Sendable {
    package let discount: Discount
    /// How many orders have it; counted only where that is limited.
    package let uses: Int?
    /// Counts changes.
    package let version: Int
    package let createdAt: Date
    package let updatedAt: Date

    init(_ row: PostgresRow) throws {
        discount = try Discount(row)
        uses = discount.maximumUses == nil ? nil : try row["uses"]
        version = try row["version"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
    }

    fileprivate static let columns = Discount.columns + ", d.uses, d.created_at, d.updated_at"
}

/// What is to be changed about a discount. `nil` stays as it is. What it takes off and its code stay: orders have it
/// under that name and for that worth.
package struct DiscountChange: Hashable, Sendable {
    /// A value that is to be set, or taken away.
    package enum Value<Wrapped: Hashable & Sendable>: Hashable, Sendable {
        case set(Wrapped)
        case remove

        fileprivate var wrapped: Wrapped? { if case .set(let value) = self { value } else { nil } }
    }

    package var title: String?
    package var minimum: Value<Money>?
    package var startsAt: Value<Date>?
    package var endsAt: Value<Date>?
    package var maximumUses: Value<Int>?
    package var maximumUsesPerCustomer: Value<Int>?
    package var isFirstOrderOnly: Bool?
    package var combines: Bool?
    package var isActive: Bool?

    /// Changes nothing.
    package init() {}

    func applied(to old: Discount) -> Discount {
        func value<Wrapped>(_ change: Value<Wrapped>?, _ before: Wrapped?) -> Wrapped? {
            change.map(\.wrapped) ?? before
        }
        return Discount(
            id: old.id, code: old.code, title: title ?? old.title, effect: old.effect,
            minimum: value(minimum, old.minimum), startsAt: value(startsAt, old.startsAt),
            endsAt: value(endsAt, old.endsAt), maximumUses: value(maximumUses, old.maximumUses),
            maximumUsesPerCustomer: value(maximumUsesPerCustomer, old.maximumUsesPerCustomer),
            isFirstOrderOnly: isFirstOrderOnly ?? old.isFirstOrderOnly, combines: combines ?? old.combines,
            isActive: isActive ?? old.isActive)
    }
}

/// What became of a new or changed discount. Only `saved` changed anything.
package enum DiscountOutcome: Hashable, Sendable {
    case saved(DiscountRecord)
    case unknown
    /// Another one has this code.
    case codeTaken
    /// It would end before it begins.
    case endsBeforeStart
    /// So many apply by themselves already.
    case tooManyAutomatic(Int)
}

/// Discounts, as staff make and change them.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct DiscountStore: Sendable {
    let database: PostgresPool
    let settings: ShopSettings

    package init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// One discount, `nil` when there is none.
    package func discount(_ id: Discount.ID) async throws -> DiscountRecord? {
        try await database.query("SELECT \(raw: DiscountRecord.columns) FROM discounts AS d WHERE d.id = \(id)")
            .first.map(DiscountRecord.init)
    }

    /// The discount with a code, `nil` when there is none.
    package func discount(code: DiscountCode) async throws -> DiscountRecord? {
        try await database.query("SELECT \(raw: DiscountRecord.columns) FROM discounts AS d WHERE d.code = \(code)")
            .first.map(DiscountRecord.init)
    }

    /// All discounts, latest first. Throws `StorageError.invalidCursor`.
    package func list(_ page: PageRequest = PageRequest(), isActive: Bool? = nil) async throws -> Page<DiscountRecord> {
        let list = ListCursor.List("discounts", [isActive.map(String.init) ?? ""])
        let before: Discount.ID? = try page.id(of: list)
        let rows = try await database.query(
            """
            SELECT \(raw: DiscountRecord.columns) FROM discounts AS d
             WHERE (\(before)::uuid IS NULL OR d.id < \(before)::uuid)
               AND (\(isActive)::boolean IS NULL OR d.is_active = \(isActive)::boolean)
             ORDER BY d.id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(DiscountRecord.init), limit: page.limit, of: list) {
            [.text($0.discount.id.description)]
        }
    }

    /// Adds a discount. `entry` says who does it; what is added is noted with it.
    package func add(_ discount: Discount, noting entry: AuditEntry) async throws -> DiscountOutcome {
        if Self.isBackwards(discount) { return .endsBeforeStart }
        do {
            return try await database.transaction { transaction in
                if try Self.hasTooManyAutomatic(with: discount, in: transaction) {
                    return .tooManyAutomatic(DiscountReading.maximumAutomatic)
                }
                var (points, amount): (Int?, Int64?)
                switch discount.effect {
                case .percentage(let basisPoints): points = basisPoints
                case .fixed(let money): amount = money.amount
                case .freeShipping: break
                }
                let (record, _) = try transaction.pipeline(
                    Query.row(
                        """
                        INSERT INTO discounts AS d (id, code, title, basis_points, amount, currency, minimum, starts_at,
                            ends_at, maximum_uses, uses_per_customer, is_first_order_only, combines, is_active,
                            is_free_shipping)
                        VALUES (\(discount.id), \(discount.code), \(discount.title), \(points), \(amount),
                            \(settings.currency), \(discount.minimum?.amount), \(discount.startsAt),
                            \(discount.endsAt), \(discount.maximumUses), \(discount.maximumUsesPerCustomer),
                            \(discount.isFirstOrderOnly), \(discount.combines), \(discount.isActive),
                            \(discount.effect == .freeShipping))
                        RETURNING \(raw: DiscountRecord.columns)
                        """
                    ) { try DiscountRecord($0) }, try AuditLog.insertion(of: entry.about(nil, discount)))
                return .saved(record)
            }
        } catch let error as PostgresError where error.constraint == "discounts_code" {
            return .codeTaken
        }
    }

    /// Changes a discount. Orders that are placed at the same moment have it as it was, and are counted.
    package func change(_ id: Discount.ID, _ change: DiscountChange, noting entry: AuditEntry) async throws
        -> DiscountOutcome
    {
        try await database.transaction { transaction in
            // Waits for those who take a use, and keeps others out.
            let locked = Query.firstRow(
                "SELECT \(raw: DiscountRecord.columns) FROM discounts AS d WHERE d.id = \(id) FOR UPDATE"
            ) { try DiscountRecord($0) }
            guard let record = try transaction.run(locked) else { return .unknown }
            let (old, new) = (record.discount, change.applied(to: record.discount))
            if old == new { return .saved(record) }
            if Self.isBackwards(new) { return .endsBeforeStart }
            if !old.isActive, try Self.hasTooManyAutomatic(with: new, in: transaction) {
                return .tooManyAutomatic(DiscountReading.maximumAutomatic)
            }
            let (changed, _) = try transaction.pipeline(
                Query.row(
                    """
                    UPDATE discounts AS d
                       SET title = \(new.title), minimum = \(new.minimum?.amount), starts_at = \(new.startsAt),
                           ends_at = \(new.endsAt), maximum_uses = \(new.maximumUses),
                           uses_per_customer = \(new.maximumUsesPerCustomer),
                           is_first_order_only = \(new.isFirstOrderOnly), combines = \(new.combines),
                           is_active = \(new.isActive), version = version + 1, updated_at = now(),
                           uses = CASE WHEN \(new.maximumUses == nil) THEN 0 ELSE (
                               SELECT count(*) FROM discount_uses AS u
                                WHERE u.discount_id = d.id AND u.released_at IS NULL) END
                     WHERE d.id = \(id)
                    RETURNING \(raw: DiscountRecord.columns)
                    """
                ) { try DiscountRecord($0) }, try AuditLog.insertion(of: entry.about(old, new)))
            return .saved(changed)
        }
    }

    private static func isBackwards(_ discount: Discount) -> Bool {
        guard let from = discount.startsAt, let to = discount.endsAt else { return false }
        return from >= to
    }

    /// Whether with this one too many would apply by themselves. Who makes another at the same moment waits.
    private static func hasTooManyAutomatic(with discount: Discount, in transaction: PostgresTransaction) throws -> Bool
    {
        guard discount.code == nil, discount.isActive else { return false }
        let (_, count) = try transaction.pipeline(
            "SELECT pg_advisory_xact_lock(hashtextextended('discounts-automatic', 0))" as SQL,
            Query.row("SELECT count(*) AS others FROM discounts WHERE code IS NULL AND is_active") {
                try $0["others"] as Int
            })
        return count >= DiscountReading.maximumAutomatic
    }
}

extension AuditEntry {
    /// The same with what was changed about a discount, and how.
    fileprivate func about(_ old: Discount?, _ new: Discount) -> AuditEntry {
        var copy = self
        let before = old.map(Self.facts) ?? [:]
        let after = Self.facts(new).filter { before[$0.key] != $0.value }
        for (name, value) in after { copy.details[name] = value }
        let gone = before.filter { Self.facts(new)[$0.key] != $0.value }.sorted { $0.key < $1.key }
        if !gone.isEmpty { copy.details["before"] = gone.map { "\($0.key): \($0.value)" }.joined(separator: "; ") }
        return copy
    }

    private static func facts(_ discount: Discount) -> [String: String] {
        var facts = [
            "title": discount.title, "first_order_only": String(discount.isFirstOrderOnly),
            "combines": String(discount.combines), "active": String(discount.isActive),
        ]
        facts["code"] = discount.code?.rawValue
        switch discount.effect {
        case .percentage(let points): facts["basis_points"] = String(points)
        case .fixed(let money): facts["amount"] = money.description
        case .freeShipping: facts["free_shipping"] = "true"
        }
        facts["minimum"] = discount.minimum?.description
        facts["starts_at"] = discount.startsAt?.formatted(.iso8601)
        facts["ends_at"] = discount.endsAt?.formatted(.iso8601)
        facts["max_uses"] = discount.maximumUses.map(String.init)
        facts["max_uses_per_customer"] = discount.maximumUsesPerCustomer.map(String.init)
        return facts
    }
}
