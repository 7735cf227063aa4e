import Domain
import FoundationEssentials
import Postgres
import Testing

@testable import Storage

@Suite("Staff find orders by what they know of them")
struct OrderListingTests {
    private func numbers(_ shop: Shop, _ change: (inout OrderFilter) -> Void = { _ in }) async throws -> [Int64] {
        var filter = OrderFilter()
        change(&filter)
        return try await shop.orders.list(filter).items.map(\.number)
    }

    @Test("each condition finds its orders, latest first, and conditions narrow each other down")
    func conditions() async throws {
        try await Shop.with { shop in
            let (pen, ink) = (
                try await shop.product("PEN", stock: 9),
                try await shop.product("INK", stock: 9, price: Money(500, .usd))
            )
            let user = try await shop.accounts.register(
                email: EmailAddress("Grace@Example.com"), passwordHash: "hash", name: "Grace")
            let paid = try await shop.paid(pen, 2)
            let pending = try await shop.place(shop.express(ink))
            var request = try shop.express(ink, guest: .user(user.id))
            request.email = nil
            let hers = try await shop.place(request)
            let all = [hers.number, pending.number, paid.number]

            #expect(try await numbers(shop) == all)
            #expect(try await numbers(shop) { $0.number = paid.number } == [paid.number])
            #expect(try await numbers(shop) { $0.number = 1 } == [])
            #expect(try await numbers(shop) { $0.email = EmailAddress(rawValue: "gRACE@example.com") } == [hers.number])
            #expect(
                try await numbers(shop) { $0.email = EmailAddress(rawValue: "ada@example.com") }
                    == [pending.number, paid.number])
            #expect(try await numbers(shop) { $0.customerID = user.id } == [hers.number])
            #expect(try await numbers(shop) { $0.customerID = User.ID() } == [])
            #expect(try await numbers(shop) { $0.providerID = shop.intentID(paid).rawValue } == [paid.number])
            #expect(try await numbers(shop) { $0.statuses = [.pending] } == [hers.number, pending.number])
            #expect(try await numbers(shop) { $0.statuses = [.confirmed, .pending, .confirmed] } == all)
            #expect(try await numbers(shop) { $0.statuses = [.refunded] } == [])
            #expect(try await numbers(shop) { $0.fulfillment = .unfulfilled } == all)
            #expect(try await numbers(shop) { $0.fulfillment = .fulfilled } == [])
            #expect(try await numbers(shop) { $0.paymentStatus = .captured } == [paid.number])
            #expect(try await numbers(shop) { $0.paymentStatus = .created } == [hers.number, pending.number])
            #expect(try await numbers(shop) { $0.placedFrom = paid.createdAt } == all)
            #expect(try await numbers(shop) { $0.placedTo = paid.createdAt } == [])
            #expect(try await numbers(shop) { $0.placedTo = hers.createdAt } == [pending.number, paid.number])
            func totals(_ minimum: Int64?, _ maximum: Int64?, _ currency: Currency = .usd) async throws -> [Int64] {
                try await numbers(shop) {
                    ($0.totalMinimum, $0.totalMaximum, $0.currency) = (minimum, maximum, currency)
                }
            }
            #expect(try await totals(501, nil) == [paid.number])
            #expect(try await totals(nil, 500) == [hers.number, pending.number])
            #expect(try await totals(3998, 3998) == [paid.number])
            #expect(try await totals(nil, nil, .eur) == [])
            #expect(
                try await numbers(shop) { ($0.statuses, $0.customerID) = ([.pending], user.id) } == [hers.number])
            #expect(try await numbers(shop) { ($0.statuses, $0.number) = ([.confirmed], hers.number) } == [])
        }
    }

    @Test("a line says what was bought, paid and refunded")
    func line() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5), 3)
            let request = RefundRequest(orderID: order.id, amount: Money(999, .usd), key: "k", actor: .system("test"))
            guard case .accepted(let refund) = try await shop.refunds.request(request) else {
                throw Unexpected(what: "no refund")
            }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            var filter = OrderFilter()
            filter.providerID = "re_1"
            let line = try #require(try await shop.orders.list(filter).items.first)
            #expect(line.id == order.id && line.number == order.number && line.status == .partiallyRefunded)
            #expect(line.paymentStatus == .partiallyRefunded && line.fulfillment == .unfulfilled)
            #expect(line.pieces == 3 && line.total == Money(5997, .usd) && line.refunded == Money(999, .usd))
            #expect(line.email == order.email && line.userID == nil && line.confirmedAt != nil)
        }
    }

    @Test(
        "pages show each order once, whatever is placed meanwhile", arguments: [[], [OrderStatus.pending, .confirmed]])
    func pages(_ statuses: [OrderStatus]) async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            let pen = try await shop.product("PEN", stock: 50)
            var filter = OrderFilter()
            filter.statuses = statuses
            var placed: [Int64] = []
            for _ in 0..<5 { placed.append(try await shop.place(shop.express(pen)).number) }
            // Orders of one transaction are of one moment.
            try await shop.database.execute("UPDATE orders SET created_at = '2026-01-01T00:00:00.123456Z'")
            var seen: [Int64] = []
            var cursor: String?
            repeat {
                let page = try await shop.orders.list(filter, page: PageRequest(limit: 2, cursor: cursor))
                seen += page.items.map(\.number)
                cursor = page.nextCursor
                _ = try await shop.place(shop.express(pen))
            } while cursor != nil
            #expect(seen == placed.reversed())
        }
    }

    @Test("a cursor of other conditions is refused")
    func foreignCursors() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 50)
            for _ in 0..<2 { _ = try await shop.place(shop.express(pen)) }
            let cursor = try #require(try await shop.orders.list(page: PageRequest(limit: 1)).nextCursor)
            #expect(try await shop.orders.list(page: PageRequest(cursor: cursor)).items.count == 1)
            var filter = OrderFilter()
            filter.statuses = [.pending]
            for (filter, cursor) in [(filter, cursor), (OrderFilter(), "garbage"), (OrderFilter(), "")] {
                await #expect(throws: StorageError.invalidCursor) {
                    try await shop.orders.list(filter, page: PageRequest(cursor: cursor))
                }
            }
            await #expect(throws: StorageError.invalidCursor) {
                try await shop.orders.orders(for: .staff, page: PageRequest(cursor: cursor))
            }
        }
    }
}

@Suite("Every condition on orders is answered by an index", .timeLimit(.minutes(2)))
struct OrderListingPlanTests {
    /// Twenty thousand orders of two thousand customers, one a minute: most confirmed, few refunded or canceled.
    private static let rows: [SQL] = [
        """
        INSERT INTO carts (id, guest_token_hash, is_express, status)
        VALUES ('00000000-0000-7000-8000-000000000001', decode(repeat('07', 32), 'hex'), true, 'closed')
        """,
        """
        INSERT INTO users (id, email, name, password_hash)
        SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'U' || n || '@example.com', 'U', 'hash'
          FROM generate_series(1, 2000) AS n
        """,
        """
        INSERT INTO orders (id, cart_id, user_id, email, status, fulfillment_status, currency, subtotal, total,
            created_at, confirmed_at)
        SELECT ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, '00000000-0000-7000-8000-000000000001',
               ('00000000-0000-7000-8000-' || lpad((n % 2000 + 1)::text, 12, '0'))::uuid,
               'U' || n % 2000 + 1 || '@example.com',
               CASE WHEN n % 100 < 3 THEN 'refunded' WHEN n % 100 < 6 THEN 'canceled' ELSE 'confirmed' END,
               CASE WHEN n % 10 = 9 THEN 'unfulfilled' ELSE 'fulfilled' END, 'USD', n * 7 % 20000, n * 7 % 20000,
               timestamptz '2026-01-01' + n * interval '1 minute', now()
          FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO payments (id, order_id, seq, status, amount, captured_amount, currency, method, provider_intent_id)
        SELECT gen_random_uuid(), id, 1, CASE WHEN number % 1000 = 0 THEN 'authorized' ELSE 'captured' END, total,
               total, currency, 'card', 'pi_' || number
          FROM orders
        """,
        "ANALYZE orders", "ANALYZE payments", "ANALYZE users",
    ]

    private func plan(_ filter: OrderFilter, _ page: PageRequest, _ shop: Shop) async throws -> String {
        let listing = try OrderListing(filter, page)
        let plan = Query.rows("EXPLAIN \(listing.statement)") { try $0["QUERY PLAN"] as String }
        return try await shop.database.run(plan).joined(separator: "\n")
    }

    @Test("twenty thousand orders are never read as a whole")
    func twentyThousand() async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            try await shop.database.execute(Self.rows)
            func filter(_ change: (inout OrderFilter) -> Void) -> OrderFilter {
                var filter = OrderFilter()
                change(&filter)
                return filter
            }
            let day = Date(timeIntervalSince1970: 1_767_571_200)
            let cases: [(OrderFilter, String)] = [
                (OrderFilter(), "orders_by_time"),
                (filter { $0.number = 100_500 }, "orders_number_key"),
                (filter { $0.email = EmailAddress(rawValue: "u77@EXAMPLE.com") }, "orders_by_email"),
                (
                    filter { $0.customerID = User.ID("00000000-0000-7000-8000-000000000077") },
                    "orders_of_user"
                ),
                (filter { $0.providerID = "pi_100500" }, "payments_intent_once"),
                (filter { $0.providerID = "re_1" }, "refunds_provider_once"),
                (filter { $0.statuses = [.refunded] }, "orders_by_state"),
                (filter { $0.statuses = [.refunded, .canceled, .confirmed] }, "orders_by_state"),
                (filter { $0.fulfillment = .unfulfilled }, "orders_by_state"),
                (filter { ($0.statuses, $0.fulfillment) = ([.confirmed], .unfulfilled) }, "orders_by_state"),
                (filter { $0.paymentStatus = .captured }, "orders_by_time"),
                (filter { $0.paymentStatus = .authorized }, "payments_by_status"),
                (filter { ($0.placedFrom, $0.placedTo) = (day, day.addingTimeInterval(86_400)) }, "orders_by_time"),
                (filter { $0.placedTo = day }, "orders_by_time"),
                (
                    filter { ($0.currency, $0.totalMinimum, $0.totalMaximum) = (.usd, 700, 705) }, "orders_by_total"
                ),
                (filter { ($0.currency, $0.totalMinimum) = (.usd, 1) }, "orders_by_time"),
            ]
            for (filter, index) in cases {
                let cursor = try await shop.orders.list(filter, page: PageRequest(limit: 1)).nextCursor
                for cursor in [nil, cursor] {
                    let plan = try await plan(filter, PageRequest(cursor: cursor), shop)
                    #expect(plan.contains(index), "\(filter)\n\(plan)")
                    // What is empty is read as it is.
                    for line in plan.split(separator: "\n") where line.contains("Seq Scan on") {
                        #expect(
                            !line.contains("Seq Scan on orders") && !line.contains("Seq Scan on payments"), "\(plan)")
                    }
                }
            }
        }
    }
}
