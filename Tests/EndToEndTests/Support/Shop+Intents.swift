import Foundation
import OutboundHTTP

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
