import Postgres

/// One rule between rows and the query that finds what breaks it: column `id`, as text.
struct InvariantCheck: Sendable {
    let name: String
    let rule: String
    let violations: SQL
}

extension InvariantCheck {
    /// All rules of the checkout (docs/guarantees). `limit` is how old an order may be that is still being paid.
    static func all(limit: Duration) -> [InvariantCheck] {
        money + discounts + stock + orders(limit: limit) + shipping + email + ledger + events(limit: limit)
    }

    private static let money = [
        InvariantCheck(
            name: "intent_on_one_order", rule: "No intent of the provider belongs to two orders.",
            violations: """
                SELECT provider_intent_id AS id FROM payments WHERE provider_intent_id IS NOT NULL
                 GROUP BY provider_intent_id HAVING count(DISTINCT order_id) > 1
                """),
        InvariantCheck(
            name: "one_success_per_order", rule: "At most one payment of an order succeeded.",
            violations: """
                SELECT order_id::text AS id FROM payments
                    WHERE status IN ('authorized', 'captured', 'partially_refunded', 'refunded')
                 GROUP BY order_id HAVING count(*) > 1
                """),
        InvariantCheck(
            name: "money_has_an_order",
            rule:
                """
                Money that moved or is held belongs to an order that is confirmed or was, or it is refunded, or a bank \
                disputes it.
                """,
            violations: """
                SELECT p.id::text AS id FROM payments AS p LEFT JOIN orders AS o ON o.id = p.order_id
                 WHERE p.status IN ('authorized', 'captured', 'partially_refunded')
                   AND (o.id IS NULL OR o.status NOT IN ('confirmed', 'partially_refunded', 'refunded'))
                   AND (p.status = 'authorized'
                            AND NOT EXISTS (SELECT FROM jobs AS j
                                            WHERE j.name = ANY (\(CancelOrder.names)::text[])
                                              AND j.state NOT IN ('done', 'discarded')
                                               AND j.payload ->> 'orderID' = p.order_id::text)
                        OR p.status <> 'authorized'
                           AND p.captured_amount > (SELECT coalesce(sum(amount), 0) FROM refunds
                                                 WHERE payment_id = p.id AND status NOT IN ('failed', 'canceled'))
                                              + (SELECT coalesce(sum(amount), 0) FROM disputes
                                                  WHERE provider_intent_id = p.provider_intent_id
                                                      AND status IN ('needs_response', 'under_review', 'lost')))
                """),
        InvariantCheck(
            name: "confirmed_order_is_paid",
            rule:
                """
                Every confirmed order has a payment that succeeded or is authorized, over the order's total, or costs \
                nothing.
                """,
            violations: """
                SELECT o.id::text AS id FROM orders AS o
                 WHERE o.status = 'confirmed'
                   AND NOT EXISTS (SELECT FROM payments AS p WHERE p.order_id = o.id
                                      AND (p.status IN ('authorized', 'captured')
                                           OR p.status = 'not_required' AND o.total = 0)
                                      AND p.amount = o.total AND p.currency = o.currency)
                """),
        InvariantCheck(
            name: "free_order_moves_no_money",
            rule: "The payment provider is never asked about an order that costs nothing, and no other is free.",
            violations: """
                SELECT p.order_id::text AS id FROM payments AS p
                 WHERE p.status = 'not_required'
                   AND (p.amount <> 0 OR EXISTS (SELECT FROM refunds WHERE payment_id = p.id))
                    OR p.amount = 0 AND (p.provider_intent_id IS NOT NULL OR p.captured_amount <> 0)
                """),
        InvariantCheck(
            name: "capture_not_overdue",
            rule: "Authorized money is captured or voided before the authorization expires.",
            violations:
                "SELECT order_id::text AS id FROM payments WHERE status = 'authorized' AND capture_before < now()"),
        InvariantCheck(
            name: "refunds_within_captured",
            rule:
                """
                No more of a payment is refunded than was captured, here and at the provider together; a refund that \
                is only requested yields to one made elsewhere.
                """,
            violations: """
                SELECT p.id::text AS id FROM payments AS p
                    JOIN refunds AS r ON r.payment_id = p.id AND r.status NOT IN ('failed', 'canceled')
                 GROUP BY p.id
                HAVING sum(r.amount) FILTER (WHERE r.status <> 'requested') > p.captured_amount
                    OR sum(r.amount) > p.captured_amount AND NOT bool_or(r.source = 'provider')
                """),
        InvariantCheck(
            name: "captured_within_payment",
            rule:
                """
                What was captured is more than nothing and no more than the payment is over, and nothing was captured \
                of one that did not succeed.
                """,
            violations: """
                SELECT id::text AS id FROM payments
                 WHERE status IN ('captured', 'partially_refunded', 'refunded')
                   AND captured_amount NOT BETWEEN 1 AND amount
                    OR status NOT IN ('captured', 'partially_refunded', 'refunded') AND captured_amount <> 0
                """),
        InvariantCheck(
            name: "refund_pieces_within_order", rule: "No more pieces of a line go back than were bought.",
            violations: """
                SELECT r.order_id::text AS id
                  FROM refund_items AS i JOIN refunds AS r ON r.id = i.refund_id
                      AND r.status NOT IN ('failed', 'canceled')
                 GROUP BY r.order_id, i.sku
                HAVING sum(i.quantity) > coalesce((SELECT sum(o.quantity) FROM order_items AS o
                    WHERE o.order_id = r.order_id AND o.sku = i.sku), 0)
                """),
        InvariantCheck(
            name: "refund_elsewhere_known_once",
            rule: "A refund made at the provider is written down once, and never as one that is yet to be made.",
            violations: """
                SELECT id::text AS id FROM refunds
                    WHERE source = 'provider' AND (provider_refund_id IS NULL OR status = 'requested')
                """),
        InvariantCheck(
            name: "orphan_charge_pays_for_nothing",
            rule: "No money that pays for an order is refunded as an orphan charge.",
            violations: """
                SELECT r.id::text AS id FROM refunds AS r
                    JOIN payments AS p ON p.provider_intent_id = r.orphan_intent_id
                 WHERE r.status NOT IN ('failed', 'canceled')
                     AND p.status IN ('authorized', 'captured', 'partially_refunded', 'refunded')
                """),
        InvariantCheck(
            name: "refund_status_agrees", rule: "Payment and order say how much has been refunded.",
            violations: """
                SELECT p.order_id::text AS id
                  FROM payments AS p
                  JOIN orders AS o ON o.id = p.order_id
                  LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM refunds
                                      WHERE payment_id = p.id AND status = 'succeeded') AS r ON true
                  CROSS JOIN LATERAL (SELECT CASE WHEN r.amount = 0 THEN 'captured'
                                                  WHEN r.amount < p.captured_amount THEN 'partially_refunded'
                                                  ELSE 'refunded' END AS expected) AS e
                 WHERE p.status IN ('captured', 'partially_refunded', 'refunded')
                   AND (p.status <> e.expected
                        OR o.status IN ('confirmed', 'partially_refunded', 'refunded')
                           AND o.status <> CASE e.expected WHEN 'captured' THEN 'confirmed' ELSE e.expected END)
                """),
    ]

    private static let discounts = [
        InvariantCheck(
            name: "discount_adds_up",
            rule: "What is taken off an order is what its discounts and its lines say.",
            violations: """
                SELECT o.id::text AS id FROM orders AS o
                 WHERE o.discount <> (SELECT coalesce(sum(discount), 0) FROM order_items WHERE order_id = o.id)
                    OR o.discount <> (SELECT coalesce(sum(amount), 0) FROM discount_uses
                                       WHERE order_id = o.id AND NOT is_for_shipping)
                """),
        InvariantCheck(
            name: "discount_released",
            rule: "An order that came to nothing has released its discounts, and no other has.",
            violations: """
                SELECT u.order_id::text AS id FROM discount_uses AS u JOIN orders AS o ON o.id = u.order_id
                 WHERE (u.released_at IS NOT NULL) <> (o.status IN ('rejected', 'expired', 'canceled'))
                """),
        InvariantCheck(
            name: "discount_uses_counted",
            rule: "A discount that may be used so many times counts the orders that have it.",
            violations: """
                SELECT d.id::text AS id FROM discounts AS d
                 WHERE d.maximum_uses IS NOT NULL
                   AND d.uses <> (SELECT count(*) FROM discount_uses
                                   WHERE discount_id = d.id AND released_at IS NULL)
                """),
    ]

    private static let stock = [
        InvariantCheck(
            name: "stock_adds_up",
            rule: "For each unit, what there was initially is what is there and what orders consumed.",
            violations: """
                SELECT s.sku AS id FROM stock AS s
                  LEFT JOIN (SELECT sku, sum(quantity - restocked) AS consumed FROM reservations
                      WHERE state = 'consumed' GROUP BY sku) AS r ON r.sku = s.sku
                 WHERE s.initial <> s.on_hand + coalesce(r.consumed, 0)
                """),
        InvariantCheck(
            name: "stock_history_agrees",
            rule:
                """
                What is on hand of a unit is what the last change in its history says, less what orders took since: \
                nothing else changes stock without being written down.
                """,
            violations: """
                SELECT s.sku AS id FROM stock AS s
                  JOIN LATERAL (\(StockHistory.last(of: "s.sku"))) AS l ON true
                 WHERE s.on_hand > l.on_hand_after OR s.initial <> l.initial
                """),
        InvariantCheck(
            name: "reserved_is_held", rule: "For each unit, what is reserved is what orders hold.",
            violations: """
                SELECT s.sku AS id FROM stock AS s
                  LEFT JOIN (SELECT sku, sum(quantity) AS held FROM reservations
                              WHERE state = 'held' GROUP BY sku) AS r ON r.sku = s.sku
                 WHERE s.reserved <> coalesce(r.held, 0)
                """),
        InvariantCheck(
            name: "restocked_by_refunds",
            rule: "Of what an order took, as many pieces are back on the shelf as refunds put there.",
            violations: """
                SELECT v.order_id::text AS id FROM reservations AS v
                 WHERE v.restocked <> coalesce((SELECT sum(i.restocked) FROM refund_items AS i
                                                  JOIN refunds AS r ON r.id = i.refund_id
                                                 WHERE r.order_id = v.order_id AND i.sku = v.sku), 0)
                    OR v.state = 'consumed'
                       AND v.restocked < (SELECT coalesce(sum(i.quantity), 0) FROM refund_items AS i
                                            JOIN refunds AS r ON r.id = i.refund_id
                                           WHERE r.order_id = v.order_id AND i.sku = v.sku AND i.restock
                                             AND r.status = 'succeeded')
                """),
        InvariantCheck(
            name: "reservations_match_items",
            rule:
                """
                An order that is being paid holds all its items; a confirmed one consumed them, unless they were \
                returned; one that is over holds none.
                """,
            violations: """
                SELECT o.id::text AS id
                  FROM orders AS o
                  LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS wanted FROM order_items
                      WHERE order_id = o.id) AS i ON true
                  LEFT JOIN LATERAL (SELECT coalesce(sum(quantity) FILTER (WHERE state = 'held'), 0) AS held,
                                            coalesce(sum(quantity) FILTER (WHERE state = 'consumed'), 0) AS consumed
                                       FROM reservations WHERE order_id = o.id) AS r ON true
                 WHERE CASE
                       WHEN o.status IN ('reserved', 'payment_failed') THEN r.held <> i.wanted OR r.consumed <> 0
                       WHEN o.status IN ('confirmed', 'partially_refunded', 'refunded')
                            THEN r.held <> 0 OR r.consumed <>
                                CASE WHEN EXISTS (SELECT FROM refunds WHERE order_id = o.id AND restock)
                                     THEN 0 ELSE i.wanted END
                       ELSE r.held <> 0 OR r.consumed <> 0 END
                """),
    ]

    private static func orders(limit: Duration) -> [InvariantCheck] {
        [
            InvariantCheck(
                name: "order_not_stuck", rule: "No order is older than its time limit in a state that is not final.",
                violations: """
                    SELECT id::text AS id FROM orders
                     WHERE status = 'pending' AND created_at < now() - make_interval(secs => \(limit.inSeconds))
                        OR status IN ('reserved', 'payment_failed')
                            AND reserved_until < now() - make_interval(secs => \(limit.inSeconds))
                    """),
            InvariantCheck(
                name: "stopped_order_ends", rule: "An order whose checkout job has died ends when its time is up.",
                violations: """
                    SELECT o.id::text AS id FROM orders AS o JOIN jobs AS j ON j.id = o.checkout_job_id
                     WHERE j.state IN ('dead', 'parked', 'discarded')
                       AND (o.status = 'pending' AND o.created_at < now() - make_interval(secs => \(limit.inSeconds))
                            OR o.status IN ('reserved', 'payment_failed')
                                AND coalesce(o.overdue_at, o.reserved_until) < now() - interval '5 minutes')
                    """),
            InvariantCheck(
                name: "rejected_order_says_why",
                rule: "Every rejected order says why, and none that is not rejected does.",
                violations:
                    "SELECT id::text AS id FROM orders WHERE (status = 'rejected') <> (rejection_reason IS NOT NULL)"),
            InvariantCheck(
                name: "total_is_sum_of_items", rule: "The subtotal of an order is the sum of its items.",
                violations: """
                    SELECT o.id::text AS id FROM orders AS o
                     WHERE o.subtotal <> (SELECT coalesce(sum(total), 0) FROM order_items WHERE order_id = o.id)
                    """),
            InvariantCheck(
                name: "cart_agrees_with_order", rule: "A cart is locked exactly while an order is being paid from it.",
                violations: """
                    SELECT c.id::text AS id FROM carts AS c
                     WHERE (c.status = 'converting')
                           <> EXISTS (SELECT FROM orders AS o
                               WHERE o.cart_id = c.id AND o.status IN ('pending', 'reserved'))
                    """),
        ]
    }

    private static let shipping = [
        InvariantCheck(
            name: "shipped_within_order", rule: "No more pieces of a line are shipped than were bought.",
            violations: """
                SELECT s.order_id::text AS id
                  FROM shipments AS s JOIN shipment_items AS i ON i.shipment_id = s.id
                 GROUP BY s.order_id, i.sku
                HAVING sum(i.quantity) > coalesce((SELECT sum(o.quantity) FROM order_items AS o
                    WHERE o.order_id = s.order_id AND o.sku = i.sku), 0)
                """),
        InvariantCheck(
            name: "fulfillment_status_agrees", rule: "An order says as much of being shipped as its shipments do.",
            violations: """
                SELECT o.id::text AS id
                  FROM (\(Fulfillment.computed(
                    where: """
                        (o.fulfillment_status <> 'unfulfilled'
                         OR EXISTS (SELECT FROM shipments AS p WHERE p.order_id = o.id))
                        """))) AS f JOIN orders AS o ON o.id = f.order_id
                 WHERE o.fulfillment_status <> f.status
                """),
    ]

    private static let email = [
        InvariantCheck(
            name: "email_once", rule: "At most one email of a kind was sent about an order, or about a refund of it.",
            violations: """
                SELECT order_id::text AS id FROM email_deliveries
                 WHERE status = 'sent' GROUP BY order_id, kind, about HAVING count(*) > 1
                """),
        InvariantCheck(
            name: "confirmed_order_has_email",
            rule: "Every confirmed order whose buyer is known has a confirmation email in some state.",
            violations: """
                SELECT o.id::text AS id FROM orders AS o
                 WHERE o.status = 'confirmed' AND o.email IS NOT NULL AND o.cancel_requested_at IS NULL
                   AND NOT EXISTS (SELECT FROM email_deliveries AS d
                       WHERE d.order_id = o.id AND d.kind = 'order_confirmation')
                """),
        InvariantCheck(
            name: "email_pending_has_job", rule: "Every email that was not handed over yet has a job that sends it.",
            violations: """
                SELECT d.id::text AS id FROM email_deliveries AS d
                 WHERE d.status IN ('pending', 'sending')
                   AND NOT EXISTS (SELECT FROM jobs AS j
                       WHERE j.name = ANY (\(SendEmail.names)::text[]) AND j.state NOT IN ('done', 'discarded', 'dead')
                                      AND j.payload ->> 'deliveryID' = d.id::text)
                """),
    ]

    private static let ledger = [
        InvariantCheck(
            name: "checkout_job_once", rule: "No order went through two checkout jobs that both confirmed it.",
            violations: """
                SELECT order_id::text AS id FROM order_events
                 WHERE kind = 'confirmed' GROUP BY order_id HAVING count(*) > 1
                """),
        InvariantCheck(
            name: "pending_order_has_job",
            rule: "Every order that is not reserved yet has a checkout job that is not done.",
            violations: """
                SELECT o.id::text AS id FROM orders AS o
                 WHERE o.status = 'pending'
                   AND NOT EXISTS (SELECT FROM jobs AS j
                       WHERE j.name = ANY (\(CheckoutOrder.names)::text[]) AND j.state NOT IN ('done', 'discarded')
                                      AND j.payload ->> 'orderID' = o.id::text)
                """),
    ]

    private static func events(limit: Duration) -> [InvariantCheck] {
        [
            InvariantCheck(
                name: "webhook_event_handled",
                rule:
                    """
                    Every event of the payment provider is handled in time or ignored by an operator, and until then \
                    has a job that is not done.
                    """,
                violations: """
                    SELECT e.event_id AS id FROM webhook_events AS e
                     WHERE e.handled_at IS NULL AND e.ignored_at IS NULL
                       AND (e.received_at < now() - make_interval(secs => \(limit.inSeconds))
                            OR NOT EXISTS (SELECT FROM jobs AS j
                                WHERE j.name = ANY (\(HandlePaymentEvent.names)::text[])
                                AND j.state NOT IN ('done', 'discarded')
                                              AND j.payload ->> 'eventID' = e.event_id))
                    """)
        ]
    }
}
