import Foundation
import OutboundHTTP
import Postgres
import Storage
import TestSupport
import Testing

extension Shop {
    /// Money that moved, as the sandbox's own books have it.
    struct Movement: Decodable, Sendable {
        let intent: String
        let order_id: String?
        let amount: Int
        let currency: String
        let kind: String
    }

    func movements() async throws -> [Movement] { try await list("/_sandbox/ledger") }

    func list<Element: Decodable>(_ path: String) async throws -> [Element] {
        let answer = try await http.send(
            OutboundRequest(url: sandbox + path, timeout: .seconds(10), maximumResponseBytes: 1 << 24))
        guard answer.status == 200 else { throw Failed(what: "the sandbox answered \(answer.status) for \(path)") }
        return try JSONDecoder().decode([Element].self, from: Data(answer.body))
    }

    /// Tells the sandbox how to misbehave: `{"latency_ms": 0, "faults": [{"kind": …}]}`.
    func misbehave(_ json: String) async throws {
        let answer = try await http.send(
            OutboundRequest(
                method: "PUT", url: sandbox + "/_sandbox/faults", headers: ["Content-Type": "application/json"],
                body: Array(json.utf8)))
        guard (200..<300).contains(answer.status) else {
            throw Failed(what: "the sandbox refused \(json): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    func behave() async throws {
        _ = try await http.send(OutboundRequest(method: "DELETE", url: sandbox + "/_sandbox/faults"))
        try await misbehave(#"{"latency_ms": 0}"#)
    }

    private struct FaultReport: Decodable {
        let struck: [String: Int]
    }

    /// How many calls and emails were hit by faults since the sandbox started, or behaved.
    func faultsStruck() async throws -> Int {
        let answer = try await http.send(OutboundRequest(url: sandbox + "/_sandbox/faults"))
        return try JSONDecoder().decode(FaultReport.self, from: Data(answer.body)).struck.values.reduce(0, +)
    }

    /// Everything that must hold whatever was killed: the invariants of the database, and the sandbox's books against
    /// ours.
    /// - Parameter note: said with each failure.
    func checkEverythingAddsUp(_ note: String = "", sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for violation in try await Invariants(database: database.pool).check() {
            Issue.record("\(violation) \(note)", sourceLocation: sourceLocation)
        }
        let movements = Dictionary(grouping: try await movements(), by: { $0.order_id ?? "none" })
        try await checkEmailsAddUp(sourceLocation: sourceLocation)
        let confirmations = try await confirmations()
        let orders = try await database.pool.query(
            """
            SELECT id::text AS id, status, total,
                   (SELECT coalesce(sum(amount), 0) FROM refunds
                      WHERE coalesce(order_id, named_order_id) = orders.id
                        AND status = 'succeeded')::bigint AS refunded,
                   (SELECT coalesce(sum(d.amount), 0)
                      FROM disputes AS d JOIN payments AS p ON p.provider_intent_id = d.provider_intent_id
                     WHERE p.order_id = orders.id)::bigint AS disputed,
                   (SELECT coalesce(sum(d.amount), 0)
                      FROM disputes AS d JOIN payments AS p ON p.provider_intent_id = d.provider_intent_id
                     WHERE p.order_id = orders.id AND d.status = 'won')::bigint AS won
              FROM orders
            """)
        var paid: Set<String> = []
        for row in orders {
            let id: String = try row["id"]
            let status: String = try row["status"]
            let (total, refunded): (Int, Int) = (try row["total"], try row["refunded"])
            let moved = movements[id] ?? []
            func sum(_ kind: String) -> Int { moved.filter { $0.kind == kind }.map(\.amount).reduce(0, +) }
            let charges = moved.filter { $0.kind == "charge" }.map(\.amount)
            if !charges.isEmpty { paid.insert(id) }
            #expect(
                sum("refund") - sum("refund_failed") == refunded, "order \(id) is \(status) \(note)",
                sourceLocation: sourceLocation)
            // Disputes are heard of by webhooks alone.
            let (disputed, won): (Int, Int) = (try row["disputed"], try row["won"])
            if environment["SANDBOX_WEBHOOK_URL"]?.isEmpty == false {
                #expect(
                    sum("dispute") == disputed && sum("dispute_won") == won, "order \(id) is \(status) \(note)",
                    sourceLocation: sourceLocation)
            }
            if ["confirmed", "partially_refunded", "refunded"].contains(status) {
                #expect(
                    charges == (total == 0 ? [] : [total]), "order \(id) is \(status) \(note)",
                    sourceLocation: sourceLocation)
                #expect(confirmations[id] == 1, "order \(id) is \(status) \(note)", sourceLocation: sourceLocation)
            } else {
                // Charged and given back, when it was called off or over too soon.
                #expect(
                    charges.isEmpty || charges == [total] && refunded == total, "order \(id) is \(status) \(note)",
                    sourceLocation: sourceLocation)
                #expect(
                    confirmations[id] == nil || charges == [total] || total == 0, "order \(id) is \(status) \(note)",
                    sourceLocation: sourceLocation)
            }
        }
        #expect(Set(movements.keys) == paid, "\(note)", sourceLocation: sourceLocation)
    }

    /// Finishes 3-D Secure at the customer's bank.
    func authenticate(_ orderID: String, passing: Bool) async throws {
        let rows = try await database.pool.query(
            "SELECT provider_intent_id FROM payments WHERE order_id = \(orderID)::uuid")
        let intent: String = try rows[0]["provider_intent_id"]
        try await bid("/_sandbox/authenticate/\(intent)", "result=\(passing ? "success" : "failure")")
    }

    /// Lets everything happen at the sandbox that waits for time to pass, and answers how much that was.
    @discardableResult
    func letTimePass() async throws -> Int {
        let answer = try await bid("/_sandbox/advance")
        return try JSONDecoder().decode([Happened].self, from: Data(answer.body)).count
    }

    private struct Happened: Decodable {}

    /// A form to one of the sandbox's control routes.
    @discardableResult
    func bid(_ path: String, _ form: String = "") async throws -> OutboundResponse {
        let answer = try await http.send(
            OutboundRequest(
                method: "POST", url: sandbox + path, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array(form.utf8),
                timeout: .seconds(20)))
        // 402 is what the bank says to whoever fails.
        guard answer.status == 200 || answer.status == 402 else {
            throw Failed(
                what:
                    "the sandbox answered \(answer.status) for \(path): \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
        return answer
    }

    /// What became of sending an event of the sandbox.
    struct Telling: Decodable, Sendable {
        struct Attempt: Decodable, Sendable {
            let variant: String
            let status: Int?
        }
        let event: String
        let type: String
        let delivered: Bool
        let attempts: [Attempt]
    }

    /// What became of sending each event, in the order in which they happened.
    func tellings() async throws -> [Telling] {
        struct List: Decodable {
            let deliveries: [Telling]
        }
        let answer = try await http.send(
            OutboundRequest(url: sandbox + "/_sandbox/webhooks", timeout: .seconds(10), maximumResponseBytes: 1 << 25))
        return try JSONDecoder().decode(List.self, from: Data(answer.body)).deliveries
    }

    /// Waits until everything that the sandbox told was taken and acted on.
    func waitUntilEventsAreHandled(within patience: Duration = .seconds(30)) async throws {
        try await eventually(within: patience, "all events are taken and handled") {
            guard try await self.tellings().allSatisfy(\.delivered) else { return false }
            return try await self.database.pool.query("SELECT 1 FROM webhook_events WHERE handled_at IS NULL").isEmpty
        }
    }

    /// What the events of a type that were handled came to.
    func outcomes(of type: String) async throws -> [String] {
        try await database.pool.query(
            "SELECT outcome FROM webhook_events WHERE type = \(type) AND handled_at IS NOT NULL"
        )
        .map { try $0["outcome"] }
    }

    /// How many confirmations the sandbox has taken, by order; none is absent.
    func confirmations() async throws -> [String: Int] {
        let taken = Dictionary(grouping: try await emails(), by: \.message_id)
        var counts: [String: Int] = [:]
        for row in try await database.pool.query(
            """
            SELECT id::text AS id, order_id::text AS order_id, resent_at IS NOT NULL AS is_resent FROM email_deliveries
             WHERE kind = 'order_confirmation'
            """
        ) {
            guard let copies = taken["delivery.\(try row["id"] as String)@example.com"]?.count else { continue }
            // Sent once more because nobody knew: both are the one confirmation.
            counts[try row["order_id"], default: 0] += try row["is_resent"] ? 1 : copies
        }
        return counts
    }

    /// Waits until every refund that was asked for has succeeded.
    func waitUntilMoneyIsBack() async throws {
        try await eventually(within: .seconds(60), "all refunds have succeeded") {
            try await self.database.pool.query("SELECT 1 FROM refunds WHERE status <> 'succeeded'").isEmpty
        }
    }

    /// Waits until every order is in a final state and every email is settled, but for those that wait for another
    /// card.
    func waitUntilSettled(within patience: Duration) async throws {
        try await eventually(within: patience, "all orders and emails are settled") {
            let open: Int = try await self.database.pool.query(
                """
                SELECT (SELECT count(*) FROM orders WHERE status IN ('pending', 'reserved'))
                     + (SELECT count(*) FROM email_deliveries
                        WHERE status IN ('sending', 'unknown') OR status = 'pending'
                          AND kind <> 'payment_failed') AS open
                """)[0]["open"]
            return open == 0
        }
    }
}
