package import Domain
package import FoundationEssentials
import Postgres

/// By what staff narrow the list of orders down. What is `nil` or empty narrows nothing.
package struct OrderFilter: Hashable, Sendable {
    /// The number on the invoice.
    package var number: Int64?
    /// Where the order's emails go, in whatever case of letters.
    package var email: EmailAddress?
    /// The account that placed it.
    package var customerID: User.ID?
    /// The provider's id of the order's intent or of one of its refunds.
    package var providerID: String?
    /// Where the order stands: in one of these states.
    package var statuses: [OrderStatus] = []
    /// How much of it is shipped.
    package var fulfillment: FulfillmentStatus?
    /// Where its payment stands.
    package var paymentStatus: PaymentStatus?
    /// Placed then or later.
    package var placedFrom: Date?
    /// Placed before.
    package var placedTo: Date?
    /// The order's currency. The two totals are in it, and mean nothing without it.
    package var currency: Currency?
    /// At least so much, in minor units.
    package var totalMinimum: Int64?
    /// At most so much, in minor units.
    package var totalMaximum: Int64?

    /// Every order.
    package init() {}
}

/// An order as it stands in a list for staff.
package struct OrderSummary: Hashable, Sendable {
    package let id: Order.ID
    package let number: Int64
    package let status: OrderStatus
    package let fulfillment: FulfillmentStatus
    /// Where the payment stands that counts.
    package let paymentStatus: PaymentStatus
    /// The account that placed it, `nil` for a guest.
    package let userID: User.ID?
    /// Where its emails go, `nil` after erasure.
    package let email: EmailAddress?
    /// How many pieces were bought.
    package let pieces: Int
    package let total: Money
    /// What was refunded so far.
    package let refunded: Money
    /// When it was accepted.
    package let createdAt: Date
    /// When it was confirmed.
    package let confirmedAt: Date?

    /// Reads a row of ``OrderListing/statement``.
    init(_ row: PostgresRow) throws {
        let currency: Currency = try row["currency"]
        id = try row["id"]
        number = try row["number"]
        status = try row["status"]
        fulfillment = try row["fulfillment_status"]
        paymentStatus = try row["payment_status"]
        userID = try row["user_id"]
        email = try row["email"]
        pieces = try row["pieces"]
        total = Money(try row["total"], currency)
        refunded = Money(try row["refunded"], currency)
        createdAt = try row["created_at"]
        confirmedAt = try row["confirmed_at"]
    }
}

/// The statement behind the list of orders for staff: conditions, and the place to begin. Latest first.
struct OrderListing: Sendable {
    /// Beyond the year 9999 there is no time for the database to compare with.
    private static let times: Range<Int64> = 0..<253_402_300_800_000_000

    private static let columns = """
        o.id, o.number, o.status, o.fulfillment_status, o.user_id, o.email, o.currency, o.total, o.created_at,
        o.confirmed_at
        """

    private let filter: OrderFilter
    private let limit: Int
    private let list: ListCursor.List
    private let before: (microseconds: Int64, id: Order.ID)?

    /// Throws `StorageError.invalidCursor`.
    init(_ filter: OrderFilter, _ page: PageRequest) throws {
        self.filter = filter
        limit = page.limit
        list = ListCursor.List("staff-orders", Self.conditions(of: filter))
        guard let values = try page.values(of: list) else {
            before = nil
            return
        }
        guard values.count == 2, case .number(let time) = values[0], Self.times.contains(time),
            case .text(let text) = values[1], let id = Order.ID(text)
        else { throw StorageError.invalidCursor }
        before = (time, id)
    }

    /// One row more than asked for says that there is a next part.
    var statement: SQL {
        """
        SELECT o.*, p.status AS payment_status, i.pieces, r.refunded
          FROM (\(part)) AS o
          LEFT JOIN LATERAL (SELECT status FROM payments WHERE order_id = o.id ORDER BY seq DESC LIMIT 1) AS p ON true
          LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0)::bigint AS pieces
                               FROM order_items WHERE order_id = o.id) AS i ON true
          LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0)::bigint AS refunded
                               FROM refunds WHERE order_id = o.id AND status = 'succeeded') AS r ON true
         ORDER BY o.created_at DESC, o.id DESC
        """
    }

    /// The part of the list that the rows of the statement are.
    func page(of orders: [OrderSummary]) -> Page<OrderSummary> {
        Page(orders, limit: limit, of: list) { order in
            let microseconds = order.createdAt.timeIntervalSince1970 * 1_000_000
            return [.number(Int64(microseconds.rounded())), .text(order.id.description)]
        }
    }

    /// An index has the orders of one state in order of time, and not those of several: each state is read for itself,
    /// no further than the part goes, and what was read is merged.
    private var part: SQL {
        let one: SQL = """
            SELECT \(raw: Self.columns) FROM orders AS o
             WHERE \(conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND "))
             ORDER BY o.created_at DESC, o.id DESC LIMIT \(limit + 1)
            """
        guard readsByState else { return one }
        let statuses =
            filter.statuses.isEmpty ? OrderStatus.allCases : OrderStatus.allCases.filter(filter.statuses.contains)
        return """
            SELECT o.*
              FROM unnest(\(statuses)::text[]) AS s (status)
              CROSS JOIN unnest(\(filter.fulfillment.map { [$0] } ?? FulfillmentStatus.allCases)::text[])
                         AS f (fulfillment_status)
              CROSS JOIN LATERAL (\(one)) AS o
             ORDER BY o.created_at DESC, o.id DESC LIMIT \(limit + 1)
            """
    }

    private var readsByState: Bool { !filter.statuses.isEmpty || filter.fulfillment != nil }

    private var conditions: [SQL] {
        var conditions: [SQL] = []
        if readsByState { conditions.append("o.status = s.status AND o.fulfillment_status = f.fulfillment_status") }
        if let number = filter.number { conditions.append("o.number = \(number)::bigint") }
        if let email = filter.email { conditions.append("lower(o.email) = \(email.key)::text") }
        if let customer = filter.customerID { conditions.append("o.user_id = \(customer)::uuid") }
        if let id = filter.providerID {
            conditions.append(
                """
                o.id IN (SELECT order_id FROM payments WHERE provider_intent_id = \(id)::text
                          UNION ALL
                         SELECT coalesce(order_id, named_order_id) FROM refunds WHERE provider_refund_id = \(id)::text)
                """)
        }
        if let status = filter.paymentStatus {
            conditions.append(
                "EXISTS (SELECT FROM payments AS p WHERE p.order_id = o.id AND p.status = \(status)::text)")
        }
        if let from = filter.placedFrom { conditions.append("o.created_at >= \(from)::timestamptz") }
        if let to = filter.placedTo { conditions.append("o.created_at < \(to)::timestamptz") }
        if let currency = filter.currency { conditions.append("o.currency = \(currency)::char(3)") }
        if let minimum = filter.totalMinimum { conditions.append("o.total >= \(minimum)::bigint") }
        if let maximum = filter.totalMaximum { conditions.append("o.total <= \(maximum)::bigint") }
        if let before {
            conditions.append(
                """
                (o.created_at, o.id)
                    < (timestamptz 'epoch' + \(before.microseconds)::bigint * interval '1 microsecond',
                        \(before.id)::uuid)
                """)
        }
        return conditions
    }

    /// What a cursor belongs to.
    private static func conditions(of filter: OrderFilter) -> [String?] {
        [
            filter.number?.description, filter.email?.key, filter.customerID?.description, filter.providerID,
            Set(filter.statuses.map(\.rawValue)).sorted().joined(separator: ","), filter.fulfillment?.rawValue,
            filter.paymentStatus?.rawValue, filter.placedFrom?.timeIntervalSince1970.description,
            filter.placedTo?.timeIntervalSince1970.description, filter.currency?.code,
            filter.totalMinimum?.description, filter.totalMaximum?.description,
        ]
    }
}

extension OrderStore {
    /// Orders for staff, latest first. Throws `StorageError.invalidCursor`.
    package func list(_ filter: OrderFilter = OrderFilter(), page: PageRequest = PageRequest()) async throws
        -> Page<OrderSummary>
    {
        let listing = try OrderListing(filter, page)
        return listing.page(of: try await database.query(listing.statement).map { try OrderSummary($0) })
    }

    /// Whether there is an account with this id, or was one that has been erased.
    package func knowsCustomer(_ id: User.ID) async throws -> Bool {
        try await !database.query("SELECT FROM users WHERE id = \(id)").isEmpty
    }
}
