import Domain
import Postgres
import Storage
import TestSupport
import Testing

@Suite("Customers are written to about what happens to their orders")
struct EmailKindTests {
    /// The emails about an order, as `kind status`.
    private func emails(_ order: Order, in shop: Shop) async throws -> [String] {
        try await shop.emails.list(about: order.id).map {
            "\($0.delivery.kind.rawValue) \($0.delivery.status.rawValue)"
        }
    }

    private func jobs(_ shop: Shop) async throws -> Int {
        try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'")
    }

    @Test("a declined payment is written about once, however many cards are declined, and not at once")
    func declined() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            try await shop.settle(order, .requiresPaymentMethod, declined: "insufficient_funds")
            _ = try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
            try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
            #expect(try await emails(order, in: shop) == ["payment_failed pending"])
            #expect(try await jobs(shop) == 1)
            let early = try await shop.count(
                """
                SELECT count(*) FROM jobs
                 WHERE name = 'email.send' AND dispatch_at < now() + interval '1 minute 50 seconds'
                """
            )
            #expect(early == 0)
            // Paid after all: a confirmation, and the other one is no longer true.
            _ = try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
            try await shop.settle(order, .succeeded)
            #expect(try await emails(order, in: shop) == ["payment_failed pending", "order_confirmation pending"])
        }
    }

    @Test("declines of several orders in one batch: each is written about once")
    func batch() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let orders = [
                try await shop.confirming(pen), try await shop.confirming(pen), try await shop.confirming(pen),
            ]
            try await shop.settle(orders[1], .requiresPaymentMethod, declined: "expired_card")
            _ = try await shop.orders.retryPayment(of: orders[1].id, method: "pm_card_visa", by: .staff)
            let news = [
                PaymentUpdate(
                    orderID: orders[0].id, intent: shop.intent(orders[0], .requiresPaymentMethod, declined: "x"),
                    source: .worker),
                PaymentUpdate(
                    orderID: orders[1].id, intent: shop.intent(orders[1], .requiresPaymentMethod, declined: "x"),
                    source: .worker),
                PaymentUpdate(orderID: orders[2].id, intent: shop.intent(orders[2], .succeeded), source: .worker),
            ]
            for result in await shop.settlements.settle(news) { _ = try result.get() }
            #expect(try await emails(orders[0], in: shop) == ["payment_failed pending"])
            #expect(try await emails(orders[1], in: shop) == ["payment_failed pending"])
            #expect(try await emails(orders[2], in: shop) == ["order_confirmation pending"])
            #expect(try await jobs(shop) == 3)
        }
    }

    @Test(
        "nobody is written to about the end of an order that they never heard of",
        arguments: ["never declined", "declined and told"])
    func neverConfirmed(how: String) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 100)
            let isTold = how == "declined and told"
            let expected = isTold ? ["payment_failed sent", "cancellation pending"] : []
            func order() async throws -> Order {
                let order = try await shop.confirming(pen)
                guard isTold else { return order }
                try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
                try await shop.database.force(
                    "email_deliveries",
                    "UPDATE email_deliveries SET status = 'sent', sent_at = now() WHERE order_id = \(order.id)")
                return order
            }
            // Called off at the provider when the time to pay has run out, when somebody canceled, and by hand.
            for source in [PaymentUpdate.Source.sweeper, .customer, .webhook] {
                let one = try await order()
                try await shop.settle(one, .canceled, by: source)
                #expect(try await emails(one, in: shop) == expected, "\(source)")
            }
            guard !isTold else { return }
            for number in 0..<30 {
                let one = try await shop.reserved(pen)
                if number.isMultiple(of: 2) {
                    _ = try await shop.orders.cancel(one.id, by: .staff, reason: "x", actor: .system("test"))
                } else {
                    try await shop.makeOverdue(one)
                    #expect(try await shop.reservations.releaseOverdue([one.id]) == [one.id])
                }
                #expect(try await emails(one, in: shop) == [])
            }
            // Declined, and canceled before the email about that was due.
            let declined = try await shop.confirming(pen)
            try await shop.settle(declined, .requiresPaymentMethod, declined: "expired_card")
            try await shop.settle(declined, .canceled, by: .customer)
            #expect(try await emails(declined, in: shop) == ["payment_failed pending"])
        }
    }

    @Test("an order that was confirmed is written about when it ends; one that made way for another is not")
    func ended() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            let voided = try await shop.confirming(pen)
            try await shop.settle(voided, .requiresCapture)
            try await shop.settle(voided, .canceled, by: .webhook)
            #expect(try await emails(voided, in: shop) == ["order_confirmation pending", "cancellation pending"])

            let owner = CartOwner.newGuest()
            _ = try await shop.carts.add(.one, of: pen.id, for: owner)
            let first = try await shop.place(shop.checkout(of: owner, key: "first"))
            guard case .reserved = try await shop.reserve(first.id) else {
                throw Unexpected(what: "the order was not reserved")
            }
            _ = try await shop.settlements.recordIntent(shop.intentID(first), for: first.id)
            try await shop.settle(first, .requiresPaymentMethod, declined: "expired_card")
            _ = try await shop.place(shop.checkout(of: owner, key: "second"))
            #expect(try await shop.current(first).status == .canceled)
            #expect(try await emails(first, in: shop) == ["payment_failed pending"])
        }
    }

    @Test("each refund is written about when it has succeeded, and not before")
    func refunds() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5), 2)
            for (index, status) in [RefundStatus.succeeded, .pending, .failed].enumerated() {
                let wish = RefundRequest(
                    orderID: order.id, amount: Money(100, .usd), key: "\(index)", actor: .system("test"))
                guard case .accepted(let refund) = try await shop.refunds.request(wish) else {
                    throw Unexpected(what: "no refund")
                }
                let snapshot = ProviderRefund(id: .init(rawValue: "re_\(index)"), status: status, amount: refund.amount)
                for _ in 0..<2 { _ = try await shop.refunds.record(snapshot, for: refund.id) }
                let written = try await shop.emails.list(about: order.id).filter { $0.delivery.refundID == refund.id }
                #expect(written.count == (status == .succeeded ? 1 : 0))
                if let id = written.first?.delivery.id {
                    let subject = try #require(try await shop.emails.load(id))
                    #expect(subject.refund?.id == refund.id && subject.refund?.status == .succeeded)
                    #expect(subject.order.refunded == Money(100, .usd))
                }
                if status == .pending {
                    _ = try await shop.refunds.record(
                        ProviderRefund(id: .init(rawValue: "re_\(index)"), status: .succeeded, amount: refund.amount),
                        for: refund.id)
                }
            }
            #expect(
                try await emails(order, in: shop) == ["order_confirmation pending", "refund pending", "refund pending"])
            #expect(try await jobs(shop) == 3)
        }
    }

    @Test("an order keeps its language; who names none is written to in the shop's")
    func language() async throws {
        try await Shop.with(settings: ShopSettings(language: .french)) { shop in
            let pen = try await shop.product("PEN", stock: 5)
            var request = try shop.express(pen)
            #expect(try await shop.current(shop.place(request)).language == .french)
            (request.language, request.idempotencyKey, request.buyer) = (.german, "key-2", .newGuest())
            let order = try await shop.place(request)
            #expect(order.language == .german)
            #expect(try await shop.current(order).language == .german)
        }
    }

    @Test("what is no longer true is not sent, and never will be")
    func obsolete() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
            let id = try #require(try await shop.emails.list(about: order.id).first).delivery.id
            try await shop.emails.markObsolete(id)
            #expect(try await shop.emails.beginSending(id) == .settled(.obsolete))
            #expect(try await emails(order, in: shop) == ["payment_failed obsolete"])
        }
    }
}
