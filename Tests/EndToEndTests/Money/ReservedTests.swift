import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Money that is only set aside is taken or let go", .serialized)
struct ReservedTests {
    @Test("authorized money is captured on request and voided when the order is canceled")
    func capturedOrVoided()
        async throws
    {
        try await Shop.running(settings: ["PAYMENTS_CAPTURE": "manual"]) { shop in
            let product = try await shop.products()[0]
            let kept = try await shop.order(product)
            let calledOff = try await shop.order(product, quantity: 2)
            #expect([kept.body?.payment?.status, calledOff.body?.payment?.status] == ["authorized", "authorized"])
            #expect(try await shop.movements().isEmpty)
            #expect(try await shop.stock(of: product) == (product.onHand - 3, 0))

            for _ in 0..<2 { _ = try await shop.cartwright("orders", "capture", "\(try #require(kept.body?.number))") }
            let canceled = try await shop.cancel(calledOff)
            #expect(canceled.status == 202, "\(canceled.text)")
            try await eventually("one is over") {
                try await shop.orderStatus(try #require(calledOff.body?.id)) == "canceled"
            }
            try await eventually("the other is paid") {
                try await shop.database.pool.query("SELECT 1 FROM payments WHERE status = 'captured'").count == 1
            }
            #expect(try await shop.movements().map(\.kind) == ["charge"])
            #expect(try await shop.stock(of: product) == (product.onHand - 1, 0))
            // What was taken can be given back.
            let back = try await shop.cancel(kept)
            #expect(back.status == 200, "\(back.text)")
            try await shop.waitUntilMoneyIsBack()
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            try await shop.waitUntilSettled(within: .seconds(20))
            #expect(try await !shop.cartwright("doctor").contains("FAIL"))
        }
    }
}
