import CrashPoints
import TestSupport
import Testing

@Suite("Rows 13 and 14: one email, whatever dies before or after it", .serialized)
struct MailingTests {
    private static let settings = ["EMAIL_OUTCOME_TIMEOUT_SECONDS": "1"]

    private func emails(_ shop: Shop, of order: String) async throws -> Int {
        try await shop.emails().filter { $0.order_id == order }.count
    }

    @Test("row 13: the order confirmed, its email not even pushed")
    func notPushed() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let id = try await shop.place(
                try await shop.products()[0], dyingAt: .settled,
                leaving: OrderState(
                    order: "confirmed", payment: "captured", hasIntent: true, stock: "consumed", job: "done",
                    email: "pending"),
                charged: 1)
            #expect(try await shop.waiting(in: "email") == 0)
            #expect(try await emails(shop, of: id) == 0)
            try await shop.recover(id)
            #expect(try await emails(shop, of: id) == 1)
            withExtendedLifetime(processes) {}
        }
    }

    @Test("row 14: the email taken, which is not stored")
    func taken() async throws {
        try await Shop.open(settings: Self.settings) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let id = try await shop.place(
                try await shop.products()[0], dyingAt: .emailAccepted,
                leaving: OrderState(
                    order: "confirmed", payment: "captured", hasIntent: true, stock: "consumed", job: "done",
                    email: "sending"),
                charged: 1)
            #expect(try await emails(shop, of: id) == 1)
            try await shop.recover(id)
            #expect(try await emails(shop, of: id) == 1)
            #expect(try await shop.state(of: id).email == "sent")
            withExtendedLifetime(processes) {}
        }
    }

    @Test(
        "row 14: the connection breaks after the email's end, and it was taken or not",
        arguments: ["drop_after_dot", "lose_after_dot"])
    func brokenOff(kind: String) async throws {
        try await Shop.running(settings: Self.settings) { shop in
            try await shop.misbehave(#"{"faults": [{"kind": "\#(kind)", "count": 1}]}"#)
            let id = try #require(try await shop.order(try await shop.products()[0]).body?.id)
            try await eventually(within: .seconds(20), "nobody knows of the email") {
                try await shop.state(of: id).email == "unknown"
            }
            #expect(try await emails(shop, of: id) == (kind == "drop_after_dot" ? 1 : 0))
            try await shop.settleUp()
            #expect(try await emails(shop, of: id) == 1)
        }
    }
}
