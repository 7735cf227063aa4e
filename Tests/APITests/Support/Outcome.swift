import Domain
import Postgres
import Storage
import TestSupport

@testable import API

/// How an order comes out when there is no worker and the test says so.
enum Outcome: Hashable, Sendable {
    case confirmed, declined, rejected, approval
    /// The payment provider refuses, for this reason.
    case refused(String)
}

extension Shop {
    /// Waits until the user has an order and gives it its outcome, as a worker would leave it behind.
    func settle(_ user: User.ID, as outcome: Outcome) async throws {
        let id: Order.ID = try await eventually("the order is there") {
            try await database.query("SELECT id FROM orders WHERE user_id = \(user)").first?["id"]
        }
        switch outcome {
        case .confirmed:
            try await database.force(
                "orders", "UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = \(id)")
        case .rejected:
            try await database.execute(
                "UPDATE orders SET status = 'rejected', rejection_reason = 'out_of_stock' WHERE id = \(id)")
        case .refused(let reason):
            try await database.execute(
                "UPDATE orders SET status = 'rejected', rejection_reason = \(reason) WHERE id = \(id)")
        case .declined:
            try await database.execute(
                "UPDATE payments SET status = 'failed', decline_code = 'insufficient_funds' WHERE order_id = \(id)")
            try await database.force(
                "orders",
                "UPDATE orders SET status = 'payment_failed', reserved_until = now() + interval '1 h' WHERE id = \(id)")
        case .approval:
            try await database.execute(
                "UPDATE orders SET status = 'reserved', reserved_until = now() + interval '1 h' WHERE id = \(id)")
            try await database.force(
                "payments",
                """
                UPDATE payments SET status = 'requires_action', provider_intent_id = \("pi_" + id.description),
                    client_secret = 'pi_1_secret_1'
                 WHERE order_id = \(id)
                """)
        }
        await services.notifier.publish([id])
    }
}
