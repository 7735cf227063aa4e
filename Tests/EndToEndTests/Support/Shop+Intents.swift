import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

extension Shop {
    /// An intent as the sandbox has it.
    struct Intent: Decodable, Sendable {
        struct Metadata: Decodable, Sendable {
            let order_id: String?
        }
        let id: String
        let status: String
        let amount: Int
        let amount_received: Int
        let metadata: Metadata
    }

    private struct Page<Element: Decodable>: Decodable {
        let data: [Element]
    }

    /// The provider's intents of an order, newest first.
    func intents(of order: String) async throws -> [Intent] {
        try await intents().filter { $0.metadata.order_id == order }
    }

    /// All of the provider's intents, newest first.
    func intents() async throws -> [Intent] {
        let answer = try await http.send(
            OutboundRequest(
                url: sandbox + "/v1/payment_intents?limit=100", headers: ["Authorization": "Bearer sk_test_endtoend"],
                maximumResponseBytes: 1 << 22))
        guard answer.status == 200 else { throw Failed(what: "the sandbox answered \(answer.status) for its intents") }
        return try JSONDecoder().decode(Page<Intent>.self, from: Data(answer.body)).data
    }

    /// What was charged for an order, one amount for each time.
    func charges(of order: String) async throws -> [Int] {
        try await movements().filter { $0.order_id == order && $0.kind == "charge" }.map(\.amount)
    }

    /// Lets the provider forget what it keeps under idempotency keys, as it does after a day.
    func forgetKeys() async throws {
        let answer = try await http.send(OutboundRequest(method: "DELETE", url: sandbox + "/_sandbox/idempotency"))
        guard (200..<300).contains(answer.status) else { throw Failed(what: "the sandbox answered \(answer.status)") }
    }
}

extension Shop {
    /// Every charge either pays for a confirmed order, the one that is stored with it, or has gone back, or is an open
    /// break.
    func checkEveryChargeIsAnswered(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let rows = try await database.pool.query(
            """
            SELECT p.provider_intent_id AS id FROM payments AS p JOIN orders AS o ON o.id = p.order_id
             WHERE o.status IN ('confirmed', 'partially_refunded', 'refunded') AND p.provider_intent_id IS NOT NULL
             UNION ALL
            SELECT provider_id FROM reconciliation_breaks WHERE status = 'open'
            """)
        let answered: Set<String> = Set(try rows.map { try $0["id"] })
        for (intent, moved) in Dictionary(grouping: try await movements(), by: \.intent) {
            func sum(_ kind: String) -> Int { moved.filter { $0.kind == kind }.map(\.amount).reduce(0, +) }
            let isBack = sum("refund") - sum("refund_failed") == sum("charge")
            #expect(answered.contains(intent) || isBack, "\(intent): \(moved)", sourceLocation: sourceLocation)
            #expect(
                moved.filter { $0.kind == "charge" }.count == 1, "\(intent): \(moved)", sourceLocation: sourceLocation)
        }
    }
}
