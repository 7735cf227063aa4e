import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

@Suite("An order that costs nothing is confirmed without the payment provider", .timeLimit(.minutes(1)))
struct FreeOrderTests {
    private func free(_ shop: Shop, stock: Int = 5) async throws -> Product {
        try await shop.product("LEAFLET", stock: stock, price: .zero(.usd))
    }

    @Test("with its stock it has everything: one transaction, one email, no intent")
    func confirmed() async throws {
        try await Shop.with { shop in
            let leaflet = try await free(shop)
            let request = try shop.express(leaflet, 2)
            let order = try await shop.place(request)
            #expect(order.payment?.status == .notRequired && order.status == .pending)
            let completion = try await shop.startJob(of: order)
            let outcomes = await shop.reservations.reserve([
                ReservationRequest(orderID: order.id, completion: completion)
            ])
            #expect(try outcomes.map { try $0.get() } == [.confirmed])
            let now = try await shop.current(order)
            #expect(now.status == .confirmed && now.payment?.status == .notRequired && now.payment?.providerID == nil)
            #expect(now.confirmedAt != nil && now.reservedUntil == nil)
            #expect(try await shop.level(leaflet) == Stock(sku: leaflet.sku, onHand: 3, reserved: 0))
            #expect(try await shop.jobState(completion) == "done")
            let events = try #require(try await shop.orders.events(of: order.id, for: .staff))
            #expect(events.map(\.kind) == [.placed, .reserved, .confirmed])
            #expect(
                try await shop.count("SELECT count(*) FROM email_deliveries WHERE kind = 'order_confirmation'") == 1)
            // A second run of the job changes nothing.
            guard case .settled = try await shop.reserve(order.id) else {
                throw Unexpected(what: "it was settled twice")
            }
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries") == 1)
            #expect(try await shop.orders.place(request) == .replayed(now))
        }
    }

    @Test("forty at once for thirty pieces: thirty are confirmed, ten rejected, and nothing is sold twice")
    func neverOversold() async throws {
        try await Shop.with { shop in
            let leaflet = try await free(shop, stock: 30)
            var orders: [Order] = []
            for number in 0..<40 { orders.append(try await shop.place(shop.express(leaflet, key: "k-\(number)"))) }
            let outcomes = await shop.reservations.reserve(orders.map { ReservationRequest(orderID: $0.id) })
            #expect(try outcomes.filter { try $0.get() == .confirmed }.count == 30)
            // Those that came first.
            #expect(try outcomes.prefix(30).allSatisfy { try $0.get() == .confirmed })
            #expect(
                try await shop.count(
                    "SELECT count(*) FROM orders WHERE status = 'rejected' AND rejection_reason = 'out_of_stock'") == 10
            )
            #expect(try await shop.count("SELECT count(*) FROM payments WHERE status = 'not_required'") == 40)
            #expect(try await shop.level(leaflet) == Stock(sku: leaflet.sku, onHand: 0, reserved: 0))
        }
    }

    @Test("its cart is converted")
    func cart() async throws {
        try await Shop.with { shop in
            let leaflet = try await free(shop)
            let owner = CartOwner.newGuest()
            _ = try await shop.carts.add(.one, of: leaflet.id, for: owner)
            var request = try shop.checkout(of: owner, key: "k")
            request.paymentMethod = nil
            let order = try await shop.place(request)
            #expect(try await shop.reserve(order.id) == .confirmed)
            #expect(try await shop.count("SELECT count(*) FROM carts WHERE status = 'converted'") == 1)
        }
    }

    @Test("a free line beside a dear one is paid for like any other order, and needs a payment method")
    func mixed() async throws {
        try await Shop.with { shop in
            let (leaflet, pen) = (try await free(shop), try await shop.product("PEN", stock: 5))
            var request = try shop.express(leaflet)
            request.source = .items([
                .init(productID: leaflet.id, quantity: .one), .init(productID: pen.id, quantity: .one),
            ])
            request.paymentMethod = nil
            #expect(try await shop.orders.place(request) == .paymentMethodRequired)
            request.paymentMethod = "pm_card_visa"
            let order = try await shop.place(request)
            #expect(order.payment?.status == .created && order.totals.total == Money(1999, .usd))
            guard case .reserved = try await shop.reserve(order.id) else {
                throw Unexpected(what: "it was not reserved")
            }
            #expect(
                try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
                    == .recorded(attempt: 1, method: "pm_card_visa"))
            try await shop.settle(order, .succeeded)
            #expect(try await shop.level(leaflet) == Stock(sku: leaflet.sku, onHand: 4, reserved: 0))
        }
    }

    @Test("it can be called off until it is sent: the goods come back, and no money", arguments: [false, true])
    func canceled(isConfirmed: Bool) async throws {
        try await Shop.with { shop in
            let leaflet = try await free(shop)
            let order = try await shop.place(shop.express(leaflet))
            if isConfirmed { #expect(try await shop.reserve(order.id) == .confirmed) }
            guard
                case .canceled(let ended) = try await shop.orders.cancel(
                    order.id, by: .staff, reason: "test", actor: .system("test"))
            else {
                throw Unexpected(what: "it was not canceled")
            }
            #expect(ended.status == .canceled && ended.payment?.status == .notRequired)
            #expect(try await shop.level(leaflet) == Stock(sku: leaflet.sku, onHand: 5, reserved: 0))
            #expect(try await shop.count("SELECT count(*) FROM refunds") == 0)
        }
    }

    @Test("what has been sent stays, and there is nothing to refund and nothing to capture")
    func refused() async throws {
        try await Shop.with { shop in
            let order = try await shop.place(shop.express(free(shop)))
            #expect(try await shop.reserve(order.id) == .confirmed)
            let wish = RefundRequest(orderID: order.id, key: "k", actor: .system("test"))
            #expect(try await shop.refunds.request(wish) == .notPaid(.confirmed))
            #expect(try await shop.captures.request(order.id, by: .system("test")) == .notAuthorized(.confirmed))
            #expect(
                try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
                    == .notPayable(.confirmed))
            _ = try await shop.ship(order)
            guard
                case .alreadyShipped = try await shop.orders.cancel(
                    order.id, by: .staff, reason: "test", actor: .system("test"))
            else {
                throw Unexpected(what: "it was canceled")
            }
        }
    }

    @Test("no row can say that money moved for nothing")
    func lastLine() async throws {
        try await Shop.with { shop in
            let order = try await shop.place(shop.express(free(shop)))
            for change: SQL in [
                "UPDATE payments SET provider_intent_id = 'pi_1' WHERE order_id = \(order.id)",
                "UPDATE payments SET amount = 1 WHERE order_id = \(order.id)",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await shop.database.execute(change) }
                #expect(error?.constraint == "payments_free")
            }
        }
    }
}
