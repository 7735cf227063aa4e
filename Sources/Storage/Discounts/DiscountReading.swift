import Crypto
import Domain
import FoundationEssentials
import Postgres

/// Who buys, as far as discounts are concerned: an account, or the email address of a guest.
struct DiscountCustomer: Hashable, Sendable {
    let userID: User.ID?
    /// `nil` for users, and for guests who have not given one yet: they have used nothing so far.
    let email: EmailAddress?

    init(_ owner: CartOwner, email: EmailAddress? = nil) {
        userID = owner.userID
        self.email = owner.userID == nil ? email : nil
    }

    /// What uses are counted by. Of an email address only the SHA-256 is kept.
    var key: String? {
        if let userID { return "user:\(userID)" }
        guard let email else { return nil }
        return "email:"
            + SHA256.hash(data: Array(email.rawValue.lowercased().utf8))
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// A discount that a purchase may have, as it was read.
struct ReadOffer: Sendable {
    let discount: Discount
    /// What it was read as: a use is only taken of the same version.
    let version: Int
    let isEarly: Bool
    let isOver: Bool
    let isUsedUp: Bool
    let isUsedUpByCustomer: Bool
    let isForAnotherOrder: Bool

    init(_ row: PostgresRow) throws {
        discount = try Discount(row)
        version = try row["version"]
        isEarly = try row["is_early"]
        isOver = try row["is_over"]
        isUsedUp = try row["is_used_up"]
        isUsedUpByCustomer = try row["is_used_up_by_customer"]
        isForAnotherOrder = try row["is_for_another_order"]
    }

    /// Why this customer may not have it, whatever is bought.
    var refusal: DiscountRefusal? {
        DiscountOffer(
            discount, isEarly: isEarly, isOver: isOver, isUsedUp: isUsedUp, isUsedUpByCustomer: isUsedUpByCustomer,
            isForAnotherOrder: isForAnotherOrder
        ).refusal(for: .zero(.usd))
    }

    /// With its amounts in the currency of the purchase. When they cannot be converted, what applies by itself does
    /// not apply, and `StorageError.currencyUnavailable` is thrown for a code. Throws `.amountTooLarge` as well.
    func offer(_ book: PriceBook) throws(StorageError) -> DiscountOffer? {
        var amount: Money?
        if case .fixed(let fixed) = discount.effect {
            guard let converted = try book.converted(fixed) else { return try unconverted(book) }
            amount = converted
        }
        var minimum: Money?
        if let own = discount.minimum {
            guard let converted = try book.converted(own) else { return try unconverted(book) }
            minimum = converted
        }
        return DiscountOffer(
            discount, amount: amount, minimum: minimum, isEarly: isEarly, isOver: isOver, isUsedUp: isUsedUp,
            isUsedUpByCustomer: isUsedUpByCustomer, isForAnotherOrder: isForAnotherOrder)
    }

    private func unconverted(_ book: PriceBook) throws(StorageError) -> DiscountOffer? {
        if discount.code == nil { return nil }
        throw .currencyUnavailable(book.currency)
    }
}

/// Reads what discounts a purchase may have, and takes their uses.
enum DiscountReading {
    /// The most discounts that apply by themselves at a time: each purchase looks at all of them.
    static let maximumAutomatic = 20

    /// The code that lies in the owner's cart.
    static func code(inCartOf owner: CartOwner) -> SQL {
        """
        (SELECT discount_code FROM carts
          WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting'))
        """
    }

    /// Makes the purchases of one customer wait for each other wherever a discount counts them.
    static func lock(_ customer: DiscountCustomer, code: SQL) -> SQL? {
        customer.key.map { key in
            """
            SELECT pg_advisory_xact_lock(hashtextextended(\("discounts:" + key), 0))
             WHERE EXISTS (SELECT FROM discounts AS d
                            WHERE \(candidates(code)) AND (d.uses_per_customer IS NOT NULL OR d.is_first_order_only))
            """
        }
    }

    /// The discounts that a purchase might have: those that apply by themselves, and the one with the code.
    ///
    /// - Parameters:
    ///   - code: an expression.
    ///   - cartOwner: whose cart is bought. An order of the same cart that waits for another card gives way to this
    ///     one, and what it uses is free again then. `nil` for an express order.
    static func offers(code: SQL, to customer: DiscountCustomer, cartOwner: CartOwner?) -> Query<[ReadOffer]> {
        let superseded: SQL =
            cartOwner.map { owner in
                """
                SELECT o.id FROM orders AS o JOIN carts AS c ON c.id = o.cart_id
                 WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
                   AND o.status = 'payment_failed'
                """
            } ?? "SELECT NULL::uuid AS id WHERE false"
        let buyer: SQL =
            customer.userID.map { "o.user_id = \($0)" }
            ?? customer.email.map { "lower(o.email) = \($0.rawValue.lowercased())" } ?? "false"
        return Query.rows(
            """
            WITH superseded AS MATERIALIZED (\(superseded))
            SELECT \(raw: Discount.columns), coalesce(d.starts_at > now(), false) AS is_early,
                   coalesce(d.ends_at <= now(), false) AS is_over,
                   d.maximum_uses IS NOT NULL AND d.uses - (
                       SELECT count(*) FROM superseded AS s JOIN discount_uses AS u ON u.order_id = s.id
                        WHERE u.discount_id = d.id AND u.released_at IS NULL) >= d.maximum_uses AS is_used_up,
                   d.uses_per_customer IS NOT NULL AND (
                       SELECT count(*) FROM discount_uses AS u
                        WHERE u.discount_id = d.id AND u.customer = \(customer.key) AND u.released_at IS NULL
                          AND u.order_id NOT IN (SELECT id FROM superseded))
                       >= d.uses_per_customer AS is_used_up_by_customer,
                   d.is_first_order_only AND EXISTS (
                       SELECT FROM orders AS o
                        WHERE \(buyer) AND o.status NOT IN ('rejected', 'expired', 'canceled')
                          AND o.id NOT IN (SELECT id FROM superseded)) AS is_for_another_order
              FROM discounts AS d
             WHERE \(candidates(code)) AND (d.code IS NOT NULL OR coalesce(d.starts_at <= now(), true)
                                                             AND coalesce(d.ends_at > now(), true))
             ORDER BY d.id
            """
        ) { try ReadOffer($0) }
    }

    private static func candidates(_ code: SQL) -> SQL { "d.is_active AND (d.code IS NULL OR d.code = \(code))" }
}

/// What an order takes of the discounts that it has.
enum DiscountUse {
    /// Takes the uses, in the transaction that places the order. Answers `false` when one of them is no longer to be
    /// had as it was read; the transaction must not be committed then.
    ///
    /// - Parameter offers: what was read. Only those that the order has are taken.
    static func taking(
        _ applied: [AppliedDiscount], of offers: [ReadOffer], for order: Order.ID, by customer: DiscountCustomer
    ) -> QueryGroup<Bool> {
        let versions = Dictionary(offers.map { ($0.discount.id, $0.version) }) { $1 }
        let limited = offers.filter { offer in
            offer.discount.maximumUses != nil && applied.contains { $0.id == offer.discount.id }
        }
        // One after the other in the order of their ids, which is the order of all locks of discounts.
        let counted = limited.map(\.discount.id).sorted().map { id in
            Query.any("UPDATE discounts SET uses = uses + 1 WHERE id = \(id) AND uses < maximum_uses")
        }
        // An operator who changes a discount waits for those who took it as it was, and the others find it changed.
        let taken = Query.count(
            """
            INSERT INTO discount_uses (order_id, discount_id, position, code, title, amount, is_for_shipping, customer)
            SELECT \(order)::uuid, d.id, t.position, t.code, t.title, t.amount, t.is_for_shipping,
                   \(customer.key)::text
              FROM unnest(\(applied.map(\.id))::uuid[], \(applied.map { versions[$0.id] ?? 0 })::integer[],
                          \(applied.map { $0.code?.rawValue })::text[], \(applied.map(\.title))::text[],
                          \(applied.map(\.amount.amount))::bigint[], \(applied.map(\.isForShipping))::boolean[])
                   WITH ORDINALITY AS t (id, version, code, title, amount, is_for_shipping, position)
              JOIN discounts AS d ON d.id = t.id AND d.version = t.version AND d.is_active
               FOR KEY SHARE OF d
            """)
        return QueryGroup(counted, applied.isEmpty ? nil : taken) { counted, taken in
            counted.allSatisfy(\.self) && (taken ?? 0) == applied.count
        }
    }

    /// How an order ends that comes to nothing.
    static let endings: Set<OrderStatus> = [.rejected, .expired, .canceled]

    /// Releases what orders use that come to nothing: a part of the statement that changes them, see
    /// ``OrderChange/statement(_:)``. Counters are locked in the order of their ids.
    static let releasing: SQL = """
        , released AS (
            UPDATE discount_uses AS u SET released_at = now()
              FROM changed
             WHERE changed.status IN ('rejected', 'expired', 'canceled') AND u.order_id = changed.id
               AND u.released_at IS NULL
            RETURNING u.discount_id
        ), counted AS MATERIALIZED (
            SELECT d.id FROM discounts AS d
             WHERE d.maximum_uses IS NOT NULL AND d.id IN (SELECT discount_id FROM released)
             ORDER BY d.id FOR NO KEY UPDATE
        ), freed AS (
            UPDATE discounts AS d SET uses = d.uses - g.uses
              FROM (SELECT discount_id, count(*)::integer AS uses FROM released GROUP BY discount_id) AS g
              JOIN counted AS c ON c.id = g.discount_id
             WHERE d.id = c.id
        )
        """
}

extension Discount {
    /// What is read of a row `d`.
    static let columns = """
        d.id, d.code, d.title, d.basis_points, d.amount, d.currency, d.minimum, d.starts_at, d.ends_at, d.maximum_uses,
        d.uses_per_customer, d.is_first_order_only, d.combines, d.is_active, d.version, d.is_free_shipping
        """

    init(_ row: PostgresRow) throws {
        let currency: Currency = try row["currency"]
        let effect: Effect
        if let points: Int = try row["basis_points"] {
            effect = .percentage(basisPoints: points)
        } else if try row["is_free_shipping"] {
            effect = .freeShipping
        } else {
            effect = .fixed(Money(try row["amount"], currency))
        }
        self.init(
            id: try row["id"], code: try row["code"], title: try row["title"], effect: effect,
            minimum: try (row["minimum"] as Int64?).map { Money($0, currency) }, startsAt: try row["starts_at"],
            endsAt: try row["ends_at"], maximumUses: try row["maximum_uses"],
            maximumUsesPerCustomer: try row["uses_per_customer"], isFirstOrderOnly: try row["is_first_order_only"],
            combines: try row["combines"], isActive: try row["is_active"])
    }
}

extension PriceBook {
    /// An amount of the shop's own, such as a discount, in the book's currency; `nil` when it cannot be converted.
    /// Throws `StorageError.amountTooLarge`.
    func converted(_ amount: Money) throws(StorageError) -> Money? {
        do {
            if amount.currency == currency { return try amount.roundedToChargeable() }
            guard let conversion, conversion.from == amount.currency else { return nil }
            return try conversion.rate.value.convert(amount, to: currency)
        } catch {
            throw .amountTooLarge
        }
    }
}
