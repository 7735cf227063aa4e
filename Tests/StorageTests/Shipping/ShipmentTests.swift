import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("Goods go out in parts, never more than was bought and is not refunded", .timeLimit(.minutes(1)))
struct ShipmentTests {
    private func request(_ order: Order, _ pieces: [(Product, Int)] = [], key: String = "key-2") -> ShipmentRequest {
        ShipmentRequest(
            orderID: order.id, items: pieces.map { .init(productID: $0.id, quantity: $1) }, key: key,
            actor: .system("test"))
    }

    /// An order over two products, paid.
    private func paid(_ pen: Product, _ pens: Int, _ ink: Product, _ inks: Int, in shop: Shop) async throws -> Order {
        var wanted = try shop.express(pen)
        wanted.source = .items([
            .init(productID: pen.id, quantity: try Quantity(pens)),
            .init(productID: ink.id, quantity: try Quantity(inks)),
        ])
        let order = try await shop.place(wanted)
        _ = try await shop.reserve(order.id)
        _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
        try await shop.settle(order, .succeeded)
        return try await shop.current(order)
    }

    /// Asks for a refund of pieces.
    private func refund(_ order: Order, _ product: Product, _ quantity: Int, in shop: Shop) async throws -> Refund {
        let request = RefundRequest(
            orderID: order.id, items: [.init(productID: product.id, quantity: quantity)], key: "r-\(quantity)",
            actor: .system("test"))
        guard case .accepted(let refund) = try await shop.refunds.request(request) else {
            throw Unexpected(what: "no refund")
        }
        return refund
    }

    @Test("what is shipped is told by the order, its history and one email for each shipment")
    func parts() async throws {
        try await Shop.with { shop in
            let (pen, ink) = (try await shop.product("PEN", stock: 9), try await shop.product("INK", stock: 9))
            let order = try await paid(pen, 2, ink, 1, in: shop)
            #expect(order.fulfillment == .unfulfilled && order.shipments.isEmpty)
            let first = try await shop.ship(order, pen, 1)
            #expect(first.items == [.init(productID: pen.id, sku: pen.sku, quantity: 1)])
            var now = try await shop.current(order)
            #expect(now.fulfillment == .partiallyFulfilled && now.shipments == [first] && now.status == .confirmed)
            #expect(now.version > order.version)
            let rest = try await shop.ship(order, key: "key-2")
            #expect(Set(rest.items.map(\.quantity)) == [1] && rest.items.count == 2)
            now = try await shop.current(order)
            #expect(now.fulfillment == .fulfilled && now.shipments == [first, rest])
            #expect(try await shop.shipments.ship(request(order, key: "key-3")) == .nothingLeft)
            #expect(
                try await shop.shipments.ship(request(order, [(pen, 1)], key: "key-3"))
                    == .tooManyPieces(pen.id, left: 0))
            let events = try await shop.orders.events(of: order.id, for: .staff)?.filter { $0.kind == .shipped }
            #expect(events?.map(\.reason) == ["1 × PEN", "1 × PEN; 1 × INK"])
            let emails = try await shop.emails.list(about: order.id).filter { $0.delivery.kind == .shipped }
            #expect(emails.map(\.delivery.shipmentID) == [first.id, rest.id])
            #expect(emails.allSatisfy { $0.delivery.refundID == nil && $0.delivery.status == .pending })
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'shipment.created'") == 2)
        }
    }

    @Test("a key ships once, and names no other shipment")
    func keys() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let order = try await shop.paid(pen, 3)
            let first = try await shop.ship(order, pen, 1, key: "k")
            #expect(try await shop.shipments.ship(request(order, [(pen, 1)], key: "k")) == .replayed(first))
            #expect(try await shop.shipments.ship(request(order, [(pen, 2)], key: "k")) == .keyReused)
            #expect(try await shop.shipments.ship(request(order, key: "k")) == .keyReused)
            var tracked = request(order, [(pen, 1)], key: "k")
            tracked.tracking.carrier = "DHL"
            #expect(try await shop.shipments.ship(tracked) == .keyReused)
            // What is known of it since does not make it another.
            let changed = try await shop.shipments.change(
                first.id, of: order.id, ShipmentChange(carrier: .set("DHL")), by: .system("test"))
            #expect(
                try await shop.shipments.ship(request(order, [(pen, 1)], key: "k"))
                    == .replayed(try #require(changed)))
            // Another order's key is its own.
            _ = try await shop.ship(try await shop.paid(pen), key: "k")
        }
    }

    @Test("many requests at once ship each piece once")
    func atOnce() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let order = try await shop.paid(pen, 5)
            let outcomes = try await withThrowingTaskGroup(of: ShipmentOutcome.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await shop.shipments.ship(request(order, [(pen, 2)], key: "key-\(number % 4)"))
                    }
                }
                return try await group.reduce(into: [ShipmentOutcome]()) { $0.append($1) }
            }
            let shipped = outcomes.filter { if case .shipped = $0 { true } else { false } }
            #expect(shipped.count == 2, "\(outcomes)")
            let now = try await shop.current(order)
            #expect(now.shipments.flatMap(\.items).map(\.quantity) == [2, 2] && now.fulfillment == .partiallyFulfilled)
        }
    }

    @Test("a refund and a shipment at once do not take the same piece")
    func refundAtOnce() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            for _ in 0..<4 {
                let order = try await shop.paid(pen, 2)
                async let shipping = shop.shipments.ship(request(order, [(pen, 2)]))
                async let refunding = shop.refunds.request(
                    RefundRequest(
                        orderID: order.id, items: [.init(productID: pen.id, quantity: 1)], key: "r",
                        actor: .system("test")))
                let outcomes = try await (shipping, refunding)
                guard case .accepted = outcomes.1 else { throw Unexpected(what: "\(outcomes.1)") }
                // Goods that are shipped can come back.
                if case .shipped = outcomes.0 { continue }
                #expect(outcomes.0 == .tooManyPieces(pen.id, left: 1))
            }
        }
    }

    @Test("pieces that are refunded stay, and are shipped after all when their refund comes to nothing")
    func refunded() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let order = try await shop.paid(pen, 3)
            _ = try await shop.ship(order, pen, 1)
            let refund = try await refund(order, pen, 2, in: shop)
            // Nothing is left to ship.
            #expect(try await shop.current(order).fulfillment == .fulfilled)
            #expect(try await shop.shipments.ship(request(order)) == .nothingLeft)
            _ = try await shop.refunds.markRefused(refund.id, reason: "no")
            #expect(try await shop.current(order).fulfillment == .partiallyFulfilled)
            _ = try await shop.ship(order, key: "key-2")
            #expect(try await shop.current(order).fulfillment == .fulfilled)
        }
    }

    @Test("only what is paid is shipped")
    func notPaid() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 30)
            let unknown = ShipmentRequest(orderID: Order.ID(), key: "k", actor: .system("test"))
            #expect(try await shop.shipments.ship(unknown) == .unknownOrder)
            let pending = try await shop.place(shop.express(pen))
            #expect(try await shop.shipments.ship(request(pending)) == .notShippable(.pending))
            let authorized = try await shop.confirming(pen)
            #expect(try await shop.shipments.ship(request(authorized)) == .notShippable(.reserved))
            try await shop.settle(authorized, .requiresCapture)
            #expect(try await shop.shipments.ship(request(authorized)) == .notCaptured)
            try await shop.settle(authorized, .succeeded)
            _ = try await shop.ship(authorized)

            let paid = try await shop.paid(pen)
            let other = try await shop.product("INK", stock: 1)
            #expect(try await shop.shipments.ship(request(paid, [(other, 1)])) == .unknownItem(other.id))
            #expect(try await shop.shipments.ship(request(paid, [(pen, 2)])) == .tooManyPieces(pen.id, left: 1))
            let all = RefundRequest(orderID: paid.id, key: "r", actor: .system("test"))
            guard case .accepted(let refund) = try await shop.refunds.request(all) else {
                throw Unexpected(what: "no refund")
            }
            #expect(try await shop.shipments.ship(request(paid)) == .beingRefunded)
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            #expect(try await shop.shipments.ship(request(paid)) == .notShippable(.refunded))

            let canceled = try await shop.paid(pen)
            _ = try await shop.orders.cancel(canceled.id, by: .staff, reason: "test", actor: .system("test"))
            #expect(try await shop.shipments.ship(request(canceled)) == .notShippable(.canceled))
            #expect(try await shop.count("SELECT count(*) FROM shipments") == 1)
        }
    }

    @Test("an order of which a part is shipped is not canceled, and what comes back returns to stock by its refund")
    func cancellation() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            _ = try await shop.ship(order, pen, 1)
            let outcome = try await shop.orders.cancel(order.id, by: .staff, reason: "test", actor: .system("test"))
            guard case .alreadyShipped = outcome else { throw Unexpected(what: "\(outcome)") }
            let request = RefundRequest(
                orderID: order.id, items: [.init(productID: pen.id, quantity: 2, restock: true)], key: "r",
                actor: .system("test"))
            guard case .accepted(let refund) = try await shop.refunds.request(request) else {
                throw Unexpected(what: "no refund")
            }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 4, reserved: 0))
            #expect(try await shop.current(order).fulfillment == .fulfilled)
        }
    }

    @Test("an arrival is noted once, with one email, and what is known of the way can be changed")
    func changes() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 2)
            let shipment = try await shop.ship(order)
            func change(_ change: ShipmentChange, of id: Shipment.ID? = nil, _ other: Order? = nil) async throws
                -> Shipment?
            {
                try await shop.shipments.change(
                    id ?? shipment.id, of: (other ?? order).id, change, by: .system("test"))
            }
            let tracked = try await change(
                ShipmentChange(carrier: .set("DHL"), trackingNumber: .set("1"), trackingURL: .set("https://a.example")))
            #expect(tracked?.tracking == ShipmentTracking(carrier: "DHL", number: "1", url: "https://a.example"))
            #expect(try await change(ShipmentChange(trackingNumber: .remove))?.tracking.number == nil)
            let arrived = try #require(try await change(ShipmentChange(isDelivered: true)))
            #expect(arrived.deliveredAt != nil && arrived.tracking.carrier == "DHL")
            #expect(try await change(ShipmentChange(isDelivered: true)) == arrived)
            #expect(try await shop.current(order).shipments == [arrived])
            #expect(try await shop.count("SELECT count(*) FROM order_events WHERE kind = 'delivered'") == 1)
            let emails = try await shop.emails.list(about: order.id).map(\.delivery)
            #expect(emails.filter { $0.kind == .delivered }.map(\.shipmentID) == [shipment.id])
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'shipment.changed'") == 3)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE details::text LIKE '%a.example%'") == 0)
            #expect(try await change(ShipmentChange(isDelivered: true), of: Shipment.ID()) == nil)
            #expect(try await change(ShipmentChange(isDelivered: true), try await shop.paid(pen)) == nil)
        }
    }
}

@Suite("Staff write about an order and send it elsewhere", .timeLimit(.minutes(1)))
struct StaffEditTests {
    private func order(of user: User.ID, in shop: Shop) async throws -> Order {
        let order = try await shop.place(shop.express(shop.product("PEN", stock: 5), guest: .user(user)))
        _ = try await shop.reserve(order.id)
        _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
        try await shop.settle(order, .succeeded)
        return try await shop.current(order)
    }

    @Test("erasing a customer deletes notes and what leads to the goods")
    func erasure() async throws {
        try await Shop.with { shop in
            let user = try await shop.accounts.register(
                email: EmailAddress("grace@example.com"), passwordHash: "hash", name: "Grace")
            let order = try await order(of: user.id, in: shop)
            let outcome = try await shop.orders.note("Grace rang.", about: order.id, by: .user(user.id))
            guard case .noted(let note) = outcome else { throw Unexpected(what: "\(outcome)") }
            #expect(note.author == "user:\(user.id)")
            #expect(try await shop.orders.notes(about: order.id) == [note])
            let shipment = try await shop.ship(order)
            _ = try await shop.shipments.change(
                shipment.id, of: order.id,
                ShipmentChange(
                    carrier: .set("DHL"), trackingNumber: .set("1"), trackingURL: .set("https://a.example")),
                by: .system("test"))
            try await shop.accounts.erase(user.id)
            #expect(try await shop.orders.notes(about: order.id) == [])
            #expect(try await shop.current(order).shipments.map(\.tracking) == [ShipmentTracking(carrier: "DHL")])
            // Nobody is left to be told.
            _ = try await shop.shipments.change(
                shipment.id, of: order.id, ShipmentChange(isDelivered: true), by: .system("test"))
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE kind = 'delivered'") == 0)
        }
    }

    @Test("notes are kept in order, no more than can be read, and of orders that there are")
    func notes() async throws {
        try await Shop.with { shop in
            let order = try await shop.place(shop.express(shop.product("PEN", stock: 5)))
            for number in 1...3 { _ = try await shop.orders.note("\(number)", about: order.id, by: .system("test")) }
            #expect(try await shop.orders.notes(about: order.id).map(\.text) == ["1", "2", "3"])
            #expect(try await shop.orders.note("x", about: Order.ID(), by: .system("test")) == .unknownOrder)
            try await shop.database.execute(
                """
                INSERT INTO order_notes (id, order_id, author, text)
                SELECT gen_random_uuid(), \(order.id)::uuid, 'system:test', 'x' FROM generate_series(1, 197)
                """)
            let outcome = try await shop.orders.note("x", about: order.id, by: .system("test"))
            #expect(outcome == .tooManyNotes(limit: OrderStore.maximumNotes))
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE details::text LIKE '%Ring%'") == 0)
        }
    }

    @Test("an address changes until something is shipped, and never of an order that is over")
    func address() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let address = try Address(name: "Bob", line1: "2 Lane", city: "Paris", country: "FR")
            func change(_ order: Order) async throws -> AddressOutcome {
                try await shop.orders.changeAddress(of: order.id, to: address, by: .system("test"))
            }
            let paid = try await shop.paid(pen, 2)
            #expect(try await change(paid) == .changed)
            let now = try await shop.current(paid)
            #expect(now.shippingAddress == address && now.version > paid.version)
            #expect(try await shop.orders.events(of: paid.id, for: .staff)?.last?.kind == .addressChanged)
            _ = try await shop.ship(paid, pen, 1)
            #expect(try await change(paid) == .alreadyShipped)

            // The time of its last change tells whether its cart was edited since.
            let open = try await shop.reserved(pen)
            let before = try await shop.current(open).updatedAt
            #expect(try await change(open) == .changed)
            #expect(try await shop.current(open).updatedAt == before)

            _ = try await shop.orders.cancel(open.id, by: .staff, reason: "test", actor: .system("test"))
            #expect(try await change(open) == .notChangeable(.canceled))
            #expect(try await shop.orders.changeAddress(of: Order.ID(), to: address, by: .guest) == .unknownOrder)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'order.address_changed'") == 2)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE details::text LIKE '%Lane%'") == 0)
        }
    }

    @Test("a customer who is erased gets no address again")
    func erased() async throws {
        try await Shop.with { shop in
            let user = try await shop.accounts.register(
                email: EmailAddress("grace@example.com"), passwordHash: "hash", name: "Grace")
            let order = try await order(of: user.id, in: shop)
            try await shop.accounts.erase(user.id)
            let address = try Address(name: "Bob", line1: "2 Lane", city: "Paris", country: "FR")
            #expect(
                try await shop.orders.changeAddress(of: order.id, to: address, by: .system("test"))
                    == .notChangeable(.confirmed))
            #expect(try await shop.current(order).shippingAddress == nil)
        }
    }
}
