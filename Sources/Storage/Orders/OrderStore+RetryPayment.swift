package import Domain
import JobQueue
import Postgres

/// What became of another try to pay an order.
package enum RetryPaymentOutcome: Hashable, Sendable {
    /// The order is being paid again.
    case started(Order)
    /// The order does not wait for a payment: it is through, over, or a try is running.
    case notPayable(OrderStatus)
    /// Too many payments of this user, card or client were declined.
    case tooManyDeclines(TooManyDeclines)
    /// The stock is no longer reserved, or a newer order took the cart.
    case tooLate
    /// Its total is out of what the payment provider charges, which was not so when it was placed.
    case notChargeable(ChargeLimits.Violation)
    /// There is no such order, or it belongs to another customer.
    case unknownOrder
}

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
            let (order, failed, cart, declines) = try transaction.pipeline(
                Query.firstRow(
                    """
                    SELECT user_id, guest_token_hash, status, reserved_until > now() AS is_held,
                           cancel_requested_at IS NOT NULL AS is_canceling
                      FROM orders WHERE id = \(id) FOR NO KEY UPDATE
                    """
                ) { $0 },
                Query.firstRow(
                    """
                    SELECT id, amount, currency, provider_intent_id FROM payments
                     WHERE order_id = \(id) AND status = 'failed' FOR NO KEY UPDATE
                    """
                ) { $0 },
                Query.firstRow(
                    """
                    SELECT c.id FROM carts AS c JOIN orders AS o ON o.cart_id = c.id
                     WHERE o.id = \(id) AND (c.status = 'open' OR c.is_express) FOR NO KEY UPDATE OF c
                    """
                ) { try $0["id"] as Cart.ID },
                Query(
                    DeclineLimit.statement(
                        user: viewer.user, client: client, method: method, limit: settings.declinesPerHour)
                ) { try DeclineLimit.reached($0) })
            guard let order, try Self.mayRead(order, viewer) else { return .unknownOrder }
            let status: OrderStatus = try order["status"]
            guard status == .paymentFailed, try !order["is_canceling"], let failed else {
                return .notPayable(status)
            }
            if let declines { return .tooManyDeclines(declines) }
            let payment: Payment.ID = try failed["id"]
            let total = Money(try failed["amount"], try failed["currency"])
            guard try order["is_held"], let cart else { return .tooLate }
            do throws(ChargeLimits.Violation) {
                try settings.charges.check(total)
            } catch {
                return .notChargeable(error)
            }
            var change = OrderChange(id, to: .reserved, .init(.reserved, "payment_retried"))
            change.hold = .extend(settings)
            change.checkoutJob = job.id
            var writes = CheckedWrites()
            writes.add([change])
            writes.add([
                PaymentChange(
                    payment, retrying: .init(method: method, client: client),
                    intentID: try failed["provider_intent_id"])
            ])
            writes.add(
                "UPDATE carts SET status = 'converting', locked_at = now(), updated_at = now() WHERE id = \(cart)")
            writes.add([job])
            try writes.run(in: transaction)
            return nil
        }
        if let refusal { return refusal }
        await dispatcher.push([job])
        guard let order = try await order(id, for: viewer) else { return .unknownOrder }
        return .started(order)
    }
}
