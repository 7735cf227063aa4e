import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("A storm of webhooks changes nothing but latency", .serialized)
struct WebhookStormTests {
    /// `WEBHOOK_STORM_ORDERS=200` plays it in full.
    private static let orders = ProcessInfo.processInfo.environment["WEBHOOK_STORM_ORDERS"].flatMap { Int($0) } ?? 16
    /// How often each event is heard at least.
    private static let copies = 20
    private static let weather = """
        {"faults": [{"kind": "webhook_before_answer", "rate": 0.3}, {"kind": "webhook_reorder", "rate": 0.4, "ms": 500},
                    {"kind": "webhook_duplicate", "rate": 1, "copies": \(copies)}]}
        """

    /// What there is of one order in the end: its rows, its emails and its money.
    private struct Story: Hashable, CustomStringConvertible {
        let status: String
        let payment: String
        let attempts: Int
        let events: [String]
        let refunds: [String]
        /// Taken by the sandbox, and noted as sent.
        let emails: [String]
        let sent: [String]
        let movements: [String]

        var description: String {
            "\(status) \(payment)×\(attempts) \(events) \(refunds) \(emails) \(sent) \(movements)"
        }
    }

    @Test("each event comes twenty times in any order and counts once", .timeLimit(.minutes(10)))
    func ofEachEventTwentyTimesInAnyOrder() async throws {
        let (calm, stormy) = (try await year(stormy: false), try await year(stormy: true))
        #expect(calm.count == Self.orders && stormy.count == Self.orders)
        for number in 0..<Self.orders {
            #expect(stormy[number] == calm[number], "order \(number), a \(Self.method(number))")
        }
    }

    private static func method(_ number: Int) -> String {
        [
            "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_visa", "pm_card_authenticationRequired",
            "pm_card_visa",
            "pm_card_threeDSecure2Required", "pm_card_mastercard", "pm_card_refundFail",
        ][number % 8]
    }

    /// The same orders with the same cards; what happened to each.
    private func year(stormy: Bool) async throws -> [Story?] {
        try await Shop.running(settings: ["SANDBOX_LATER_MS": "600000"], webhooks: true) { shop in
            let product = try await shop.products()[0]
            try await shop.setStock(of: product, to: 10_000)
            if stormy { try await shop.misbehave(Self.weather) }
            let ids = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<Self.orders {
                    group.addTask { (number, try await Self.buy(number, product, in: shop)) }
                }
                let again = stormy ? Task { try await Self.sendAgain(in: shop, until: { Task.isCancelled }) } : nil
                defer { again?.cancel() }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            // Their emails are out before the refunds fail, in fair weather and in foul.
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.letTimePass()
            try await eventually(within: .seconds(30), "refunds that fail have failed") {
                try await shop.database.pool.query("SELECT 1 FROM refunds WHERE status = 'failed'").count == Self.orders
                    / 8
            }
            if stormy { try await Self.sendAgain(in: shop, rounds: Self.copies) }
            try await shop.waitUntilEventsAreHandled(within: .seconds(60))
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            try await Self.checkEvents(in: shop, stormy: stormy)
            let stories = try await Self.stories(in: shop)
            return (0..<Self.orders).map { ids[$0].flatMap { stories[$0] } }
        }
    }

    /// Each event once, each handled, each by one job.
    private static func checkEvents(in shop: Shop, stormy: Bool) async throws {
        let kinds = [
            "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.requires_action",
            "charge.refunded",
            "refund.created", "refund.updated", "refund.failed", "charge.refund.updated",
        ]
        let told = try await shop.tellings().filter { kinds.contains($0.type) }
        let row = try await shop.database.pool.query(
            """
            SELECT (SELECT count(*) FROM webhook_events) AS events,
                   (SELECT count(*) FROM webhook_events
                      WHERE outcome IN ('unknown_order', 'unknown_refund', 'mismatch')) AS matters,
                   (SELECT count(*) FROM jobs WHERE name = 'payment_event.process') AS jobs,
                   (SELECT count(*) FROM jobs WHERE state IN ('dead', 'parked')) AS dead
            """)[0]
        let (events, matters, jobs, dead): (Int, Int, Int, Int) = (
            try row["events"], try row["matters"], try row["jobs"], try row["dead"]
        )
        #expect(told.count > orders && events == told.count && jobs == told.count && matters == 0 && dead == 0)
        if stormy { #expect(told.allSatisfy { $0.attempts.count >= copies }) }
    }

    private static func buy(_ number: Int, _ product: Shop.Product, in shop: Shop) async throws -> String {
        let method = method(number)
        let order = try await shop.order(product, method: method, wait: 30, email: "buyer\(number)@example.com")
        // How soon the outcome is known is latency.
        #expect([201, 202, 402].contains(order.status), "\(method): \(order.text)")
        let id = try #require(
            order.body?.id ?? order.body?.order_id
                ?? order.headers["Location"]?.split(separator: "/").last.map(String.init))
        let isAsked = ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"].contains(method)
        let first = isAsked ? "requires_action" : method.hasSuffix("chargeDeclined") ? "failed" : "captured"
        try await eventually(within: .seconds(120), "its payment is \(first)") {
            try await shop.database.pool.query(
                "SELECT 1 FROM payments WHERE order_id = \(id)::uuid AND status = \(first)"
            ).count == 1
        }
        switch method {
        case "pm_card_authenticationRequired":
            try await shop.authenticate(id, passing: true)
            try await eventually(within: .seconds(60), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
        case "pm_card_threeDSecure2Required":
            try await shop.authenticate(id, passing: false)
            try await eventually(within: .seconds(60), "it is declined") {
                try await shop.orderStatus(id) == "payment_failed"
            }
        case "pm_card_mastercard":
            _ = try await shop.cartwright("orders", "refund", id, "--amount", "1.00")
            try await eventually(within: .seconds(60), "part of it went back") {
                try await shop.orderStatus(id) == "partially_refunded"
            }
        case "pm_card_refundFail":
            _ = try await shop.cartwright("orders", "refund", id)
            try await eventually(within: .seconds(60), "it went back") { try await shop.orderStatus(id) == "refunded" }
        case "pm_card_visa_chargeDeclined" where number % 16 == 1:
            let paid = try await shop.pay(order, method: "pm_card_visa", wait: 30)
            #expect([201, 202].contains(paid.status), "\(paid.text)")
            try await eventually(within: .seconds(120), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
        default: break
        }
        return id
    }

    /// Sends every event there is once more, in random order: so many rounds, or until it is enough.
    private static func sendAgain(in shop: Shop, rounds: Int = .max, until isEnough: @Sendable () -> Bool = { false })
        async throws
    {
        var round = 0
        while round < rounds, !isEnough() {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, delivery) in try await shop.tellings().shuffled().enumerated() {
                    if index >= 16 { try await group.next() }
                    group.addTask { try await shop.bid("/_sandbox/webhooks/\(delivery.event)/send") }
                }
                try await group.waitForAll()
            }
            round += 1
        }
    }

    private static func stories(in shop: Shop) async throws -> [String: Story] {
        let movements = Dictionary(grouping: try await shop.movements(), by: { $0.order_id ?? "none" })
        let taken = Dictionary(grouping: try await shop.emails(), by: \.message_id)
        // When an email goes out between other events is latency. Those that tell of a declined payment wait some time
        // for another card, so whether they do is, too.
        let deliveries = try await shop.database.pool.query(
            """
            SELECT id::text AS id, order_id::text AS order_id, kind FROM email_deliveries
             WHERE kind <> 'payment_failed' ORDER BY kind
            """
        )
        var emails: [String: [String]] = [:]
        for row in deliveries {
            let count = taken["delivery.\(try row["id"] as String)@example.com"]?.count ?? 0
            emails[try row["order_id"], default: []].append("\(try row["kind"] as String)×\(count)")
        }
        let rows = try await shop.database.pool.query(
            """
            SELECT o.id::text AS id, o.status, p.status AS payment, p.attempt,
                   ARRAY(SELECT kind || ' ' || status || ' ' || coalesce(reason, '') FROM order_events
                          WHERE order_id = o.id AND kind <> 'email_sent' ORDER BY sequence) AS events,
                   ARRAY(SELECT reason FROM order_events
                          WHERE order_id = o.id AND kind = 'email_sent' AND reason <> 'payment_failed'
                          ORDER BY reason) AS sent,
                   ARRAY(SELECT status || ' ' || amount FROM refunds WHERE order_id = o.id ORDER BY id) AS refunds
              FROM orders AS o JOIN payments AS p ON p.order_id = o.id
            """)
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let id: String = try row["id"]
                let moved = (movements[id] ?? []).map { "\($0.kind) \($0.amount)" }
                return (
                    id,
                    Story(
                        status: try row["status"], payment: try row["payment"], attempts: try row["attempt"],
                        events: try row["events"],
                        refunds: try row["refunds"], emails: emails[id] ?? [], sent: try row["sent"], movements: moved)
                )
            })
    }
}
