import Domain
import Postgres
import Storage
import Testing

@Suite("A break is found")
struct InvariantTests {
    /// What somebody might break by hand, and the rule that must notice.
    static let breaks: [(name: String, statement: SQL)] = [
        ("stock_adds_up", "UPDATE stock SET on_hand = on_hand + 1"),
        ("stock_history_agrees", "UPDATE stock SET on_hand = on_hand + 5, initial = initial + 5"),
        ("stock_history_agrees", "UPDATE stock SET on_hand = on_hand - 1, initial = initial - 1"),
        ("reserved_is_held", "UPDATE stock SET reserved = reserved - 1"),
        ("reservations_match_items", "UPDATE reservations SET state = 'released' WHERE state = 'consumed'"),
        ("confirmed_order_is_paid", "UPDATE payments SET amount = amount + 1 WHERE status = 'captured'"),
        ("money_has_an_order", "UPDATE orders SET status = 'canceled' WHERE status = 'confirmed'"),
        ("refund_status_agrees", "UPDATE payments SET status = 'refunded' WHERE status = 'partially_refunded'"),
        ("refunds_within_captured", "UPDATE payments SET captured_amount = 0 WHERE status = 'partially_refunded'"),
        (
            "orphan_charge_pays_for_nothing",
            """
            INSERT INTO refunds (id, orphan_intent_id, named_order_id, named_payment_id, amount, currency, reason,
                requested_by, request_key)
            SELECT gen_random_uuid(), provider_intent_id, order_id, id, amount, currency, 'duplicate', 'test', 'k'
              FROM payments WHERE status = 'captured' LIMIT 1
            """
        ),
        ("captured_within_payment", "UPDATE payments SET captured_amount = 0 WHERE status = 'captured'"),
        (
            "captured_within_payment",
            "UPDATE payments SET captured_amount = 1 WHERE status = 'confirming' OR status = 'created'"
        ),
        (
            "refund_pieces_within_order",
            """
            INSERT INTO refund_items (refund_id, sku, product_id, quantity, restock)
            SELECT r.id, i.sku, i.product_id, 3, false
                FROM refunds AS r JOIN order_items AS i ON i.order_id = r.order_id
            """
        ),
        (
            "refund_elsewhere_known_once",
            """
            INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, source, provider_refund_id,
                requested_by, request_key)
            SELECT gen_random_uuid(), order_id, payment_id, 1, currency, 'made_at_provider', 'provider', 're_2',
                'test', 'k2' FROM refunds
            """
        ),
        ("shipped_within_order", "UPDATE shipment_items SET quantity = 3"),
        ("fulfillment_status_agrees", "UPDATE orders SET fulfillment_status = 'fulfilled' WHERE status = 'confirmed'"),
        (
            "fulfillment_status_agrees",
            "UPDATE orders SET fulfillment_status = 'unfulfilled' WHERE status = 'confirmed'"
        ),
        ("restocked_by_refunds", "UPDATE reservations SET restocked = 1 WHERE state = 'consumed'"),
        (
            "restocked_by_refunds",
            """
            INSERT INTO refund_items (refund_id, sku, product_id, quantity, restock)
            SELECT r.id, i.sku, i.product_id, 1, true FROM refunds AS r JOIN order_items AS i ON i.order_id = r.order_id
            """
        ),
        (
            "free_order_moves_no_money",
            "UPDATE payments SET amount = 0, provider_intent_id = 'pi_' || id WHERE status = 'created'"
        ),
        (
            "stopped_order_ends",
            """
            WITH dead AS (UPDATE jobs SET state = 'dead', reason = 'permanent'
                WHERE name = 'order.checkout' RETURNING id)
            UPDATE orders SET created_at = now() - interval '2 hours' WHERE status = 'pending'
            """
        ),
        ("rejected_order_says_why", "UPDATE orders SET rejection_reason = 'out_of_stock' WHERE status = 'confirmed'"),
        ("order_not_stuck", "UPDATE orders SET reserved_until = now() - interval '2 hours' WHERE status = 'reserved'"),
        ("total_is_sum_of_items", "UPDATE order_items SET quantity = 1, total = unit_amount WHERE quantity = 2"),
        ("cart_agrees_with_order", "UPDATE carts SET status = 'open', locked_at = NULL WHERE status = 'converting'"),
        ("confirmed_order_has_email", "DELETE FROM email_deliveries"),
        ("email_pending_has_job", "UPDATE jobs SET state = 'discarded' WHERE name = 'email.send'"),
        (
            "checkout_job_once",
            """
            INSERT INTO order_events (order_id, kind, status) SELECT order_id, kind, status FROM order_events
             WHERE kind = 'confirmed'
            """
        ),
        ("webhook_event_handled", "UPDATE webhook_events SET received_at = now() - interval '2 hours'"),
        ("webhook_event_handled", "UPDATE jobs SET state = 'discarded' WHERE name = 'payment_event.process'"),
        ("pending_order_has_job", "UPDATE jobs SET state = 'discarded' WHERE name = 'order.checkout'"),
    ]

    @Test("every rule notices what it is there for", arguments: breaks.indices)
    func found(index: Int) async throws {
        let (name, statement) = Self.breaks[index]
        try await Shop.with(expectingInvariants: false) { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let paid = try await shop.confirming(pen, 2)
            try await shop.settle(paid, .succeeded)
            let returned = try await shop.paid(pen, 2)
            let outcome = try await shop.refunds.request(
                RefundRequest(orderID: returned.id, amount: Money(1, .usd), key: "k", actor: .system("test")))
            guard case .accepted(let refund) = outcome else { throw Unexpected(what: "\(outcome)") }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            _ = try await shop.ship(paid, pen)
            _ = try await shop.reserved(pen, 2)
            _ = try await shop.place(shop.express(pen, 2))
            _ = try await shop.webhooks.accept([.sample("evt_1")])
            #expect(try await shop.invariants.check() == [])
            #expect(try await shop.database.execute(statement) > 0)
            let violations = try await shop.invariants.check()
            let violation = try #require(violations.first { $0.name == name })
            #expect(!violation.ids.isEmpty)
            #expect(!violation.rule.isEmpty)
        }
    }

    @Test(
        "rules that a constraint guards hold even against hands",
        arguments: ["payments_intent_once", "payments_one_live_per_order", "email_deliveries_once"])
    func guarded(constraint: String) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let paid = try await shop.confirming(pen)
            try await shop.settle(paid, .succeeded)
            let other = try await shop.confirming(pen)
            let statement: SQL =
                switch constraint {
                case "payments_intent_once":
                    "UPDATE payments SET provider_intent_id = \(shop.intentID(paid)) WHERE order_id = \(other.id)"
                case "payments_one_live_per_order":
                    """
                    INSERT INTO payments (id, order_id, seq, amount, currency, method)
                    SELECT gen_random_uuid(), order_id, 2, amount, currency, method FROM payments
                        WHERE order_id = \(paid.id)
                    """
                default:
                    """
                    INSERT INTO email_deliveries (id, order_id, kind, about)
                    SELECT gen_random_uuid(), order_id, kind, about FROM email_deliveries
                    """
                }
            let error = await #expect(throws: PostgresError.self) { try await shop.database.execute(statement) }
            #expect(error?.constraint == constraint)
        }
    }

    @Test(
        "the audit log only grows",
        arguments: ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"])
    func appendOnly(statement: String) async throws {
        try await Shop.with { shop in
            _ = try await shop.place(shop.express(shop.product("PEN", stock: 1)))
            let log = AuditLog(database: shop.database)
            try await log.append([
                AuditEntry(
                    actor: .guest, action: "test.done", subjectKind: "test", subjectID: "1",
                    details: ["quote": #"a "b" \ c"#])
            ])
            await #expect(throws: PostgresError.self) { try await shop.database.execute(SQL(statement)) }
            #expect(try await shop.count("SELECT count(*) FROM audit_log") == 2)
            let rows = try await shop.database.query(
                "SELECT details ->> 'quote' FROM audit_log WHERE action = 'test.done'")
            #expect(try #require(rows.first)[0] == #"a "b" \ c"#)
        }
    }
}
