import Domain
import Postgres
import Storage
import TestSupport
import Testing

@Suite("Staff change stock, every change is written down, and what is reserved stays")
struct StockTests {
    private func line(_ product: Product, _ amount: StockAmount?, expected: Int? = nil) -> StockRequest.Line {
        StockRequest.Line(product.sku, amount, expected: expected)
    }

    private func request(
        _ lines: [StockRequest.Line], _ reason: StockChangeReason = .correction, key: String? = nil,
        reference: String? = nil, threshold: StockRequest.Threshold? = nil
    ) -> StockRequest {
        StockRequest(
            lines: lines, reason: reason, reference: reference, threshold: threshold, key: key, actor: .system("test"))
    }

    private func changed(_ outcome: StockOutcome) throws -> [ChangedStock] {
        guard case .changed(let changed) = outcome else { throw Unexpected(what: "not changed: \(outcome)") }
        return changed
    }

    private func history(_ product: Product, in shop: Shop) async throws -> [StockChange] {
        try #require(try await shop.stock.changes(of: product.sku, page: PageRequest(limit: 100))).items
    }

    @Test("what comes in, is lost or counted keeps the sums right, and stands in the history and the audit log")
    func reasons() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            _ = try await shop.paid(pen, 3)
            _ = try await shop.reserved(pen, 2)
            let received = try changed(
                await shop.stock.change(request([line(pen, .by(20))], .received, reference: "DN 7")))
            #expect(received.map(\.level.stock.onHand) == [27] && received.map(\.level.stock.available) == [25])
            _ = try changed(await shop.stock.change(request([line(pen, .by(-5))], .lost)))
            _ = try changed(await shop.stock.change(request([line(pen, .to(22))], .counted)))
            let history = try await history(pen, in: shop)
            #expect(history.map(\.reason) == [.counted, .lost, .received, .opening])
            #expect(history.map(\.before) == [22, 27, 7, 0] && history.map(\.after) == [22, 22, 27, 10])
            #expect(history.map(\.consumedBefore) == [0, 0, 3, nil])
            #expect(history.map(\.reference) == [nil, nil, "DN 7", nil])
            #expect(history.map(\.actor) == ["system:test", "system:test", "system:test", "system:seed"])
            let entries = try await shop.database.query(
                """
                SELECT details ->> 'before' AS before, details ->> 'after' AS after, details ->> 'reason' AS reason,
                       subject_id
                  FROM audit_log WHERE action = 'stock.changed' ORDER BY id
                """)
            #expect(try entries.map { try $0["before"] as String } == ["7", "27", "22"])
            #expect(try entries.map { try $0["after"] as String } == ["27", "22", "22"])
            #expect(try entries.map { try $0["reason"] as String } == ["received", "lost", "counted"])
            #expect(try entries.allSatisfy { try $0["subject_id"] as String == "PEN" })
        }
    }

    @Test("all lines are carried out or none, and each one that cannot be is named")
    func allOrNothing() async throws {
        try await Shop.with { shop in
            let (pen, ink) = (try await shop.product("PEN", stock: 10), try await shop.product("INK", stock: 10))
            _ = try await shop.reserved(pen, 4)
            let lines = [
                line(ink, .by(5)), line(pen, .by(-7)), StockRequest.Line(try SKU("NONE"), .by(1)),
                line(try await shop.product("PAD", stock: 1), .to(9), expected: 2),
            ]
            guard case .refused(let refusals) = try await shop.stock.change(request(lines, key: "k")) else {
                throw Unexpected(what: "not refused")
            }
            #expect(refusals.map(\.line) == [1, 2, 3])
            let causes = refusals.map(\.cause)
            #expect(causes[0] == .rule(.belowReserved(minimum: 4), try await shop.level(pen)))
            #expect(causes[1] == .unknown)
            #expect(causes[2] == .rule(.changed, Stock(sku: try SKU("PAD"), onHand: 1, reserved: 0)))
            #expect(try await shop.level(ink).onHand == 10)
            #expect(try await shop.count("SELECT count(*) FROM stock_changes WHERE reason <> 'opening'") == 0)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action LIKE 'stock.%'") == 0)
            // A key whose request was refused is free for what is possible.
            let done = try changed(
                await shop.stock.change(request([line(pen, .by(-6)), line(ink, .by(5))], key: "k")))
            #expect(done.map(\.level.stock.sku) == [pen.sku, ink.sku])
            #expect(done.map(\.level.stock.onHand) == [4, 15] && done.compactMap(\.change?.difference) == [-6, 5])
            #expect(
                try await shop.count("SELECT count(*) FROM audit_log WHERE details ->> 'units' = '2'") == 1)
        }
    }

    @Test("a key changes stock once, and only what it named first")
    func once() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let wish = request([line(pen, .by(5))], .received, key: "k")
            let first = try changed(await shop.stock.change(wish))
            _ = try changed(await shop.stock.change(request([line(pen, .by(-1))], .lost, key: "other")))
            guard case .replayed(let again) = try await shop.stock.change(wish) else {
                throw Unexpected(what: "not replayed")
            }
            #expect(again.map(\.change) == first.map(\.change) && again.map(\.level.stock.onHand) == [14])
            for other in [
                request([line(pen, .by(6))], .received, key: "k"), request([line(pen, .by(5))], .returned, key: "k"),
                request([line(pen, .by(5), expected: 14)], .received, key: "k"),
                request([line(pen, .by(5))], .received, key: "k", reference: "x"),
            ] {
                #expect(try await shop.stock.change(other) == .keyReused)
            }
            var another = wish
            another.actor = .system("other")
            _ = try changed(await shop.stock.change(another))
            #expect(try await shop.level(pen).onHand == 19)
        }
    }

    @Test("the same request many times at once changes stock once")
    func onceAtOnce() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let outcomes = try await withThrowingTaskGroup(of: StockOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await shop.stock.change(request([line(pen, .by(5))], .received, key: "k")) }
                }
                return try await group.reduce(into: [StockOutcome]()) { $0.append($1) }
            }
            #expect(outcomes.count { if case .changed = $0 { true } else { false } } == 1, "\(outcomes)")
            #expect(outcomes.count { if case .replayed = $0 { true } else { false } } == 7)
            #expect(try await shop.level(pen).onHand == 15)
        }
    }

    @Test("counts that expect the same number do not undo one another")
    func expectedAtOnce() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let outcomes = try await withThrowingTaskGroup(of: StockOutcome.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await shop.stock.change(request([line(pen, .to(20 + number), expected: 10)], .counted))
                    }
                }
                return try await group.reduce(into: [StockOutcome]()) { $0.append($1) }
            }
            #expect(outcomes.count { if case .changed = $0 { true } else { false } } == 1, "\(outcomes)")
            #expect(try await history(pen, in: shop).count == 2)
        }
    }

    @Test("checkouts and corrections at once lose no piece, and what is reserved stays")
    func checkoutsAtOnce() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let (pen, ink) = (try await shop.product("PEN", stock: 12), try await shop.product("INK", stock: 12))
            let taken = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<16 {
                    let product = number % 2 == 0 ? pen : ink
                    group.addTask {
                        let order = try await shop.place(shop.express(product, key: "order-\(number)"))
                        guard case .reserved = try await shop.reserve(order.id) else { return 0 }
                        _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
                        return try await shop.settle(order, .succeeded).status == .confirmed ? 1 : 0
                    }
                    // Lines in both orders of SKUs.
                    let lines = [line(pen, .by(-1)), line(ink, .by(-1))]
                    group.addTask {
                        _ = try await shop.stock.change(request(number % 2 == 0 ? lines : lines.reversed(), .lost))
                        return 0
                    }
                }
                return try await group.reduce(0, +)
            }
            let (pens, inks) = (try await shop.level(pen), try await shop.level(ink))
            let lost = try await [history(pen, in: shop), history(ink, in: shop)].joined().count { $0.reason == .lost }
            #expect(pens.reserved == 0 && inks.reserved == 0 && pens.onHand >= 0 && inks.onHand >= 0)
            #expect(24 - taken - lost == pens.onHand + inks.onHand)
            for product in [pen, ink] {
                let changes = Array(try await history(product, in: shop).reversed())
                for (earlier, later) in zip(changes, changes.dropFirst()) {
                    #expect(earlier.after - later.before == later.consumedBefore)
                    #expect(later.before <= earlier.after, "nothing but orders took pieces between two changes")
                }
            }
        }
    }

    @Test("a checkout adds no row to the history; what comes back of it does, with its order")
    func orders() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let order = try await shop.paid(pen, 4)
            #expect(try await history(pen, in: shop).count == 1)
            let outcome = try await shop.refunds.request(
                RefundRequest(
                    orderID: order.id, items: [.init(productID: pen.id, quantity: 1, restock: true)], key: "k",
                    actor: .system("test")))
            guard case .accepted(let refund) = outcome else { throw Unexpected(what: "\(outcome)") }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            let other = try await shop.paid(pen, 2)
            _ = try await shop.orders.cancel(
                other.id, by: .staff, reason: "requested_by_operator", actor: .system("test"))
            let history = try await history(pen, in: shop)
            #expect(history.map(\.reason) == [.orderCanceled, .refund, .opening])
            #expect(history.map(\.orderID) == [other.id, order.id, nil])
            #expect(history.map(\.before) == [5, 6, 0] && history.map(\.after) == [7, 7, 10])
            #expect(history.map(\.consumedBefore) == [2, 4, nil])
        }
    }

    @Test("stock of before there was a history is changed like any other")
    func withoutHistory() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            try await shop.database.execute("ALTER TABLE stock_changes DISABLE TRIGGER USER")
            try await shop.database.execute("DELETE FROM stock_changes")
            try await shop.database.execute("ALTER TABLE stock_changes ENABLE TRIGGER USER")
            let order = try await shop.paid(pen, 3)
            #expect(try await history(pen, in: shop) == [])
            let unit = try #require(try await shop.stock.level(pen.sku))
            #expect(unit.consumedSinceChange == nil && unit.level.stock.onHand == 7)
            #expect(try await shop.invariants.check() == [])
            _ = try await shop.orders.cancel(
                order.id, by: .staff, reason: "requested_by_operator", actor: .system("test"))
            _ = try changed(await shop.stock.change(request([line(pen, .by(1))], .returned)))
            #expect(try await history(pen, in: shop).map(\.consumedBefore) == [0, nil])
            #expect(try await shop.stock.level(pen.sku)?.consumedSinceChange == 0)
        }
    }

    @Test("the cache hears of a change when the product sells out or no longer is, and not otherwise")
    func cache() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            _ = try await shop.reserved(pen, 4)
            func jobs() async throws -> Int {
                try await shop.count("SELECT count(*) FROM jobs WHERE name LIKE '%invalidate%'")
            }
            let before = try await jobs()
            _ = try changed(await shop.stock.change(request([line(pen, .by(-5))], .lost)))
            #expect(try await jobs() == before)
            _ = try changed(await shop.stock.change(request([line(pen, .by(-1))], .lost)))
            #expect(try await jobs() == before + 1)
        }
    }

    @Test("units are low at their own threshold or the shop's, and are counted and listed")
    func low() async throws {
        var settings = ShopSettings()
        settings.lowStockThreshold = 3
        try await Shop.with(settings: settings) { shop in
            let (pen, ink) = (try await shop.product("PEN", stock: 5), try await shop.product("INK", stock: 3))
            let pad = try await shop.product("PAD", stock: 0)
            func low() async throws -> [String] {
                try await shop.stock.list(StockFilter(isLow: true)).items.map(\.stock.sku.rawValue)
            }
            #expect(try await low() == ["INK", "PAD"])
            #expect(try await shop.stock.low() == LowStock(units: 2, soldOut: 1, first: ink.sku))
            _ = try await shop.reserved(pen, 2)
            #expect(try await low() == ["INK", "PAD", "PEN"])
            let own = try changed(
                await shop.stock.change(request([line(pen, nil), line(ink, nil)], threshold: .own(2))))
            #expect(own.map(\.change) == [nil, nil] && own.map(\.level.isLow) == [false, false])
            #expect(own.map(\.level.ownThreshold) == [2, 2])
            #expect(try await low() == ["PAD"])
            try await shop.database.execute("UPDATE products SET is_active = false WHERE id = \(pad.id)")
            #expect(try await shop.stock.low() == LowStock(units: 0, soldOut: 0, first: nil))
            _ = try changed(await shop.stock.change(request([line(ink, nil)], threshold: .shop)))
            #expect(try await low() == ["INK"])
            #expect(
                try await shop.stock.list(StockFilter(isLow: false)).items.map(\.stock.sku) == [pad.sku, pen.sku])
            #expect(
                try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'stock.threshold_changed'") == 3)
        }
    }

    @Test("stock is listed by SKU and searched, page by page, and a cursor goes on in its own list only")
    func lists() async throws {
        try await Shop.with { shop in
            var products: [Product] = []
            for number in 0..<5 { products.append(try await shop.product("PEN-\(number)", stock: number)) }
            func skus(_ page: Page<StockLevel>) -> [String] { page.items.map(\.stock.sku.rawValue) }
            let first = try await shop.stock.list(page: PageRequest(limit: 3))
            #expect(skus(first) == ["PEN-0", "PEN-1", "PEN-2"])
            let rest = try await shop.stock.list(page: PageRequest(limit: 3, cursor: first.nextCursor))
            #expect(skus(rest) == ["PEN-3", "PEN-4"] && rest.nextCursor == nil)
            #expect(skus(try await shop.stock.list(StockFilter(sku: products[3].sku))) == ["PEN-3"])
            #expect(skus(try await shop.stock.list(StockFilter(search: "pen-2"))) == ["PEN-2"])
            #expect(skus(try await shop.stock.list(StockFilter(search: "…"))) == [])
            for cursor in [first.nextCursor, "garbage"] {
                await #expect(throws: StorageError.invalidCursor) {
                    try await shop.stock.list(StockFilter(isLow: true), page: PageRequest(cursor: cursor))
                }
                await #expect(throws: StorageError.invalidCursor) {
                    try await shop.stock.changes(of: products[0].sku, page: PageRequest(cursor: cursor))
                }
            }
        }
    }

    @Test("history is read page by page, latest first")
    func historyPages() async throws {
        try await Shop.with { shop in
            let (pen, ink) = (try await shop.product("PEN", stock: 1), try await shop.product("INK", stock: 1))
            for _ in 0..<4 { _ = try changed(await shop.stock.change(request([line(pen, .by(1))], .received))) }
            let first = try #require(try await shop.stock.changes(of: pen.sku, page: PageRequest(limit: 3)))
            #expect(first.items.map(\.after) == [5, 4, 3])
            let rest = try #require(
                try await shop.stock.changes(of: pen.sku, page: PageRequest(limit: 3, cursor: first.nextCursor)))
            #expect(rest.items.map(\.after) == [2, 1] && rest.nextCursor == nil)
            await #expect(throws: StorageError.invalidCursor) {
                try await shop.stock.changes(of: ink.sku, page: PageRequest(cursor: first.nextCursor))
            }
            #expect(try await shop.stock.changes(of: SKU("NONE")) == nil)
            #expect(try await shop.stock.level(SKU("NONE")) == nil)
        }
    }

    @Test("a thousand lines are one transaction, written and answered in their order")
    func many() async throws {
        try await Shop.with { shop in
            let seeds = try (0..<StockRequest.maximumLines).map { number in
                ProductSeed(
                    product: Product(
                        sku: try SKU("BULK-\(number)"), name: "Bulk", description: "",
                        category: Category(slug: "bulk", name: "Bulk"), basePrice: Money(100, .usd)), stock: 1)
            }
            #expect(try await shop.catalog.insertSeed(seeds) == seeds.count)
            let lines = seeds.reversed().map { line($0.product, .by(2)) }
            let done = try changed(await shop.stock.change(request(lines, .received, key: "k")))
            #expect(done.map(\.level.stock.sku) == lines.map(\.sku))
            #expect(done.allSatisfy { $0.level.stock.onHand == 3 && $0.change?.after == 3 })
            #expect(try await shop.count("SELECT count(*) FROM stock_changes WHERE request_id IS NOT NULL") == 1_000)
        }
    }

    @Test(
        "the history only grows",
        arguments: ["UPDATE stock_changes SET actor = 'x'", "DELETE FROM stock_changes", "TRUNCATE stock_changes"])
    func appendOnly(statement: String) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 1)
            await #expect(throws: PostgresError.self) { try await shop.database.execute(SQL(statement)) }
            #expect(try await history(pen, in: shop).count == 1)
        }
    }
}
