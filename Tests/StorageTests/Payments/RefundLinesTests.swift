import Domain
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@Suite("Refunds name pieces, and pieces return to stock when the refund stands")
struct RefundLinesTests {
    private func wish(
        _ order: Order, _ items: [RefundRequest.Item], amount: Int64? = nil, key: String = UUID().uuidString
    ) -> RefundRequest {
        RefundRequest(
            orderID: order.id, amount: amount.map { Money($0, .usd) }, items: items, key: key, actor: .system("test"))
    }

    private func accepted(_ outcome: RefundOutcome) throws -> Refund {
        guard case .accepted(let refund) = outcome else {
            throw Unexpected(what: "the refund was not accepted: \(outcome)")
        }
        return refund
    }

    private func settle(_ refund: Refund, _ status: RefundStatus, in shop: Shop) async throws {
        _ = try await shop.refunds.record(
            ProviderRefund(
                id: .init(rawValue: "re_\(refund.id)"), status: status, amount: refund.amount,
                failureReason: status == .failed ? "lost_or_stolen_card" : nil),
            for: refund.id)
    }

    private func onHand(_ product: Product, in shop: Shop) async throws -> Int { try await shop.level(product).onHand }

    @Test("one of three pieces that is refunded with restock puts one back, when the refund succeeds and not before")
    func oneOfThree() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            let refund = try accepted(
                await shop.refunds.request(wish(order, [.init(productID: pen.id, quantity: 1, restock: true)])))
            #expect(refund.amount == Money(1999, .usd))
            #expect(refund.items.map(\.quantity) == [1] && refund.restock)
            #expect(try await onHand(pen, in: shop) == 2)
            try await settle(refund, .pending, in: shop)
            #expect(try await onHand(pen, in: shop) == 2)
            try await settle(refund, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 3)
            try await settle(refund, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 3)
            #expect(try await shop.refunds.refunds(of: order.id).first?.items.first?.restocked == 1)
            let events = try await shop.orders.events(of: order.id, for: .staff)?.filter { $0.kind == .restocked }
            #expect(events?.map(\.reason) == ["1 × PEN"])
            #expect(
                try await shop.count(
                    "SELECT count(*) FROM jobs WHERE name = 'catalogue.invalidate' OR name LIKE '%invalidate%'") > 0)
        }
    }

    @Test("a refund that fails puts nothing back, and its pieces can be refunded again")
    func failed() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            let two = [RefundRequest.Item(productID: pen.id, quantity: 2, restock: true)]
            let first = try accepted(await shop.refunds.request(wish(order, two)))
            #expect(try await shop.refunds.request(wish(order, two)) == .tooManyPieces(pen.id, left: 1))
            try await settle(first, .failed, in: shop)
            #expect(try await onHand(pen, in: shop) == 2)
            let second = try accepted(await shop.refunds.request(wish(order, two)))
            try await settle(second, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 4)
        }
    }

    @Test("goods that are back on the shelf stay there when the refund bounces, and are not put back twice")
    func bounced() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            func refund(_ quantity: Int) async throws -> Refund {
                try accepted(
                    await shop.refunds.request(
                        wish(order, [.init(productID: pen.id, quantity: quantity, restock: true)])))
            }
            let first = try await refund(2)
            try await settle(first, .succeeded, in: shop)
            try await settle(first, .failed, in: shop)
            #expect(try await onHand(pen, in: shop) == 4)
            #expect(
                try await shop.refunds.load(first.id)?.refund.items.first?.restocked == 2,
                "shown with the refund that bounced")
            let again = try await refund(2)
            try await settle(again, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 4)
            let last = try await refund(1)
            try await settle(last, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 5)
        }
    }

    @Test("an amount alone restocks nothing, and neither do pieces that did not come back")
    func amountAlone() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            let amount = try accepted(await shop.refunds.request(wish(order, [], amount: 100)))
            #expect(amount.items == [] && !amount.restock)
            let kept = try accepted(
                await shop.refunds.request(wish(order, [.init(productID: pen.id, quantity: 1)], amount: 50)))
            #expect(kept.amount == Money(50, .usd))
            for refund in [amount, kept] { try await settle(refund, .succeeded, in: shop) }
            #expect(try await onHand(pen, in: shop) == 2)
            let rest = try accepted(await shop.refunds.request(wish(order, [])))
            try await settle(rest, .succeeded, in: shop)
            #expect(try await shop.current(order).status == .refunded)
            #expect(try await onHand(pen, in: shop) == 2)
        }
    }

    @Test("canceling puts back what is not back yet, and no more")
    func cancelAfterPart() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            let part = try accepted(
                await shop.refunds.request(wish(order, [.init(productID: pen.id, quantity: 1, restock: true)])))
            try await settle(part, .succeeded, in: shop)
            _ = try await shop.orders.cancel(order.id, by: .staff, reason: "test", actor: .system("test"))
            #expect(try await onHand(pen, in: shop) == 5)
            let rest = try #require(await shop.refunds.refunds(of: order.id).last)
            #expect(rest.amount == Money(3998, .usd))
            try await settle(rest, .succeeded, in: shop)
            #expect(try await onHand(pen, in: shop) == 5)
        }
    }

    @Test("never more pieces than were bought, nor pieces of something else, nor more money than was taken")
    func bounds() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 3)
            let other = Product.ID()
            #expect(
                try await shop.refunds.request(wish(order, [.init(productID: other, quantity: 1)]))
                    == .unknownItem(other))
            for quantity in [4, 999, 0, -1, .max, .min] {
                #expect(
                    try await shop.refunds.request(wish(order, [.init(productID: pen.id, quantity: quantity)]))
                        == .tooManyPieces(pen.id, left: 3))
            }
            _ = try accepted(await shop.refunds.request(wish(order, [], amount: 5000)))
            #expect(
                try await shop.refunds.request(wish(order, [.init(productID: pen.id, quantity: 1)]))
                    == .exceedsCaptured(refundable: Money(997, .usd)))
            // The same key asks for the same pieces.
            let item = RefundRequest.Item(productID: pen.id, quantity: 1)
            let one = wish(order, [item], amount: 10, key: "k")
            let made = try accepted(await shop.refunds.request(one))
            #expect(try await shop.refunds.request(one) == .replayed(made))
            #expect(
                try await shop.refunds.request(
                    wish(order, [.init(productID: pen.id, quantity: 1, restock: true)], amount: 10, key: "k"))
                    == .keyReused)
        }
    }

    @Test("many at once never give back more pieces than were bought, and each that stands puts its own back")
    func atOnce() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let pen = try await shop.product("PEN", stock: 20)
            let order = try await shop.paid(pen, 10)
            let made = try await withThrowingTaskGroup(of: Refund?.self) { group -> [Refund] in
                for _ in 0..<16 {
                    group.addTask {
                        let outcome = try await shop.refunds.request(
                            wish(order, [.init(productID: pen.id, quantity: 1, restock: true)]))
                        if case .accepted(let refund) = outcome { return refund } else { return nil }
                    }
                }
                return try await group.reduce(into: [Refund]()) { if let refund = $1 { $0.append(refund) } }
            }
            #expect(made.count == 10)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for refund in made { group.addTask { try await settle(refund, .succeeded, in: shop) } }
                try await group.waitForAll()
            }
            #expect(try await onHand(pen, in: shop) == 20)
            #expect(try await shop.current(order).status == .refunded)
        }
    }
}

@Suite("Refunds made at the provider are written down and count like any other")
struct RefundElsewhereTests {
    private func snapshot(
        _ shop: Shop, _ order: Order, _ amount: Int64, _ status: RefundStatus = .succeeded, id: String = "re_hand"
    ) -> ProviderRefund {
        ProviderRefund(
            id: .init(rawValue: id), status: status, amount: Money(amount, .usd), intentID: shop.intentID(order))
    }

    @Test("once, whoever brings it and however often, and the customer is told once")
    func once() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask { _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 800)) }
                }
                try await group.waitForAll()
            }
            let refunds = try await shop.refunds.refunds(of: order.id)
            #expect(refunds.map(\.source) == [.provider] && refunds.map(\.status) == [.succeeded])
            let after = try await shop.current(order)
            #expect(after.status == .partiallyRefunded && after.refunded == Money(800, .usd))
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE kind = 'refund'") == 1)
        }
    }

    @Test(
        "the rest and cancel mean what is left, and nothing is shown as refunded while money is left",
        arguments: [false, true])
    func rest(cancels: Bool) async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 800))
            if cancels {
                _ = try await shop.orders.cancel(order.id, by: .staff, reason: "test", actor: .system("test"))
            } else {
                _ = try await shop.refunds.request(
                    RefundRequest(orderID: order.id, key: "rest", actor: .system("test")))
            }
            let rest = try #require(await shop.refunds.refunds(of: order.id).first { $0.source == .shop })
            #expect(rest.amount == Money(1199, .usd))
            #expect(try await shop.current(order).payment?.status == .partiallyRefunded)
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_rest"), status: .succeeded, amount: rest.amount), for: rest.id)
            #expect(try await shop.current(order).payment?.status == .refunded)
            #expect(try await shop.current(order).status == (cancels ? .canceled : .refunded))
        }
    }

    @Test("one that comes while a refund of ours waits is written down all the same, and ours follows what is left")
    func whileOursWaits() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            guard
                case .accepted(let rest) = try await shop.refunds.request(
                    RefundRequest(orderID: order.id, key: "rest", actor: .system("test")))
            else { throw Unexpected(what: "not accepted") }
            guard case .recorded = try await shop.refunds.recordElsewhere(snapshot(shop, order, 800)) else {
                throw Unexpected(what: "not recorded")
            }
            #expect(try await shop.invariants.check() == [])
            #expect(try await shop.refunds.takeWhatIsLeft(rest.id, after: 1))
            #expect(try await shop.refunds.takeWhatIsLeft(rest.id, after: 1) == false)
            let followed = try #require(await shop.refunds.load(rest.id))
            #expect(followed.refund.amount == Money(1199, .usd) && followed.attempt == 2)
            // An amount that was named does not follow.
            _ = try await shop.refunds.markRefused(rest.id, reason: "test")
            guard
                case .accepted(let named) = try await shop.refunds.request(
                    RefundRequest(orderID: order.id, amount: Money(1199, .usd), key: "named", actor: .system("test")))
            else { throw Unexpected(what: "not accepted") }
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 100, id: "re_hand_2"))
            #expect(try await shop.refunds.takeWhatIsLeft(named.id, after: 1) == false)
        }
    }

    @Test("what is not ours, or gives nothing back, is not written down")
    func others() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            for refund in [
                ProviderRefund(
                    id: .init(rawValue: "re_1"), status: .succeeded, amount: Money(1, .usd),
                    intentID: .init(rawValue: "pi_x")),
                ProviderRefund(id: .init(rawValue: "re_2"), status: .succeeded, amount: Money(1, .usd)),
                snapshot(shop, order, 5, .failed, id: "re_3"), snapshot(shop, order, 0, id: "re_4"),
            ] { #expect(try await shop.refunds.recordElsewhere(refund) == .unknownRefund) }
            #expect(try await shop.refunds.refunds(of: order.id) == [])
        }
    }

    @Test("a refund that fails after its email was sent gets a second email; one whose email waits gets none")
    func emails() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            func emails() async throws -> [String] {
                try await shop.database.query(
                    """
                    SELECT kind || ' ' || status AS email FROM email_deliveries
                     WHERE kind LIKE 'refund%' ORDER BY created_at, id
                    """
                ).map { try $0["email"] }
            }
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 800))
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 800, .failed))
            #expect(try await emails() == ["refund obsolete"])
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 700, id: "re_hand_2"))
            try await shop.database.force(
                "email_deliveries",
                """
                UPDATE email_deliveries SET status = 'sent', sent_at = now()
                 WHERE kind = 'refund' AND status = 'pending'
                """
            )
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 700, .failed, id: "re_hand_2"))
            _ = try await shop.refunds.recordElsewhere(snapshot(shop, order, 700, .failed, id: "re_hand_2"))
            #expect(try await emails() == ["refund obsolete", "refund sent", "refund_failed pending"])
            #expect(try await shop.current(order).status == .confirmed)
        }
    }
}
