package import Domain
import JobQueue
import Postgres

extension OrderStore {
    /// Tries another payment method after a decline, while stock is held. The same intent is confirmed again, as a new
    /// attempt.
    ///
    /// - Throws: `PostgresError`.
    package func retryPayment(
        of id: Order.ID, method: String, by viewer: OrderViewer, traceparent: String? = nil, client: String? = nil
    ) async throws -> RetryPaymentOutcome {
        let job = try JobLedger.insertion(of: CheckoutOrder(orderID: id), traceparent: traceparent)
        let refusal: RetryPaymentOutcome? = try await database.transaction { transaction in
            let read = try transaction.pipeline([
                """
                SELECT user_id, guest_token_hash, status, reserved_until > now() AS is_held, cart_id,
                       cancel_requested_at IS NOT NULL AS is_called_off
                  FROM orders WHERE id = \(id) FOR NO KEY UPDATE
                """,
                "SELECT id, amount, currency FROM payments WHERE order_id = \(id) AND status = 'failed' FOR NO KEY UPDATE",
                """
                SELECT c.id FROM carts AS c JOIN orders AS o ON o.cart_id = c.id
                 WHERE o.id = \(id) AND (c.status = 'open' OR c.is_express) FOR NO KEY UPDATE OF c
                """,
                DeclineLimit.statement(
                    user: viewer.user, client: client, method: method, limit: settings.declinesPerHour),
            ])
            guard let order = read[0].rows.first, try Self.mayRead(order, viewer) else { return .unknownOrder }
            let status: OrderStatus = try order["status"]
            guard status == .paymentFailed, try !order["is_called_off"], let failed = read[1].rows.first else {
                return .notPayable(status)
            }
            if let declines = try DeclineLimit.reached(read[3]) { return .tooManyDeclines(declines) }
            let payment: Payment.ID = try failed["id"]
            let total = Money(try failed["amount"], try failed["currency"])
            guard try order["is_held"], let cart: Cart.ID = try read[2].rows.first?["id"] else { return .tooLate }
            do throws(ChargeLimits.Violation) {
                try settings.charges.check(total)
            } catch {
                return .notChargeable(error)
            }
            try transaction.execute([
                """
                UPDATE orders
                   SET status = 'reserved', checkout_job_id = \(job.id), version = version + 1, updated_at = now(),
                       reserved_until = \(HoldExtension.bounded(settings))
                 WHERE id = \(id)
                """,
                """
                UPDATE payments
                   SET attempt = attempt + 1, method = \(method), client = \(client), decline_code = NULL, decline_message = NULL, updated_at = now(),
                       -- Its intent is stored already, so the new attempt may confirm it at once.
                       status = CASE WHEN provider_intent_id IS NULL THEN status ELSE 'confirming' END
                 WHERE id = \(payment)
                """,
                "UPDATE carts SET status = 'converting', locked_at = now(), updated_at = now() WHERE id = \(cart)",
                "INSERT INTO order_events (order_id, kind, status, reason) VALUES (\(id), 'reserved', 'reserved', 'payment_retried')",
                job.statement,
            ])
            return nil
        }
        if let refusal { return refusal }
        await dispatcher.push([job])
        guard let order = try await order(id, for: viewer) else { return .unknownOrder }
        return .started(order)
    }
}
