import Domain
import Postgres

extension SettlementPlan {
    /// The statements that carry the plan out, without jobs and completions. Stock rows are locked already.
    func statements(_ settings: ShopSettings) -> [SQL] {
        var statements: [SQL] = []
        if !confirmed.isEmpty { statements += OrderConfirmation.statements(for: confirmed) }
        if !waiting.isEmpty { statements.append(extending(waiting, HoldExtension.bounded(settings))) }
        if !processing.isEmpty { statements.append(extending(processing, HoldExtension.unbounded(settings))) }
        if !declined.isEmpty { statements += declining }
        if !declines.isEmpty { statements.append(DeclineLimit.insertion(declines)) }
        if !expired.isEmpty { statements += releasing(expired, .expired) }
        if !cancelled.isEmpty { statements += releasing(cancelled, .cancelled) }
        if !rejected.isEmpty { statements += releasing(rejected.map(\.id), .rejected) + [Rejection.reasons(rejected)] }
        if !voided.isEmpty { statements += voiding }
        if !payments.isEmpty { statements.append(paying(settings.captureWindow)) }
        if !corrections.isEmpty { statements += correcting }
        if !cards.isEmpty { statements.append(naming) }
        if !refunds.isEmpty { statements += givingBack }
        if !events.isEmpty { statements.append(noting) }
        if !mails.isEmpty { statements.append(PendingEmail.insertion(mails)) }
        return statements
    }

    private func extending(_ orders: [Order.ID], _ until: SQL) -> SQL {
        "UPDATE orders SET reserved_until = \(until), version = version + 1, updated_at = now() WHERE id = ANY (\(orders)::uuid[])"
    }

    private var declining: [SQL] {
        [
            "UPDATE orders SET status = 'payment_failed', version = version + 1, updated_at = now() WHERE id = ANY (\(declined)::uuid[])",
            CartReopening.statement(for: declined),
        ]
    }

    private func releasing(_ ids: [Order.ID], _ status: OrderStatus) -> [SQL] {
        StockRelease.stock(of: ids) + [
            """
            UPDATE orders SET status = \(status), reserved_until = NULL, version = version + 1, updated_at = now() WHERE id = ANY (\(ids)::uuid[])
            """,
            CartReopening.statement(for: ids),
        ]
    }

    private var voiding: [SQL] {
        StockReturn.statements(for: voided) + [
            "UPDATE orders SET status = 'cancelled', version = version + 1, updated_at = now() WHERE id = ANY (\(voided)::uuid[])"
        ]
    }

    private func paying(_ captureWindow: Duration) -> SQL {
        """
        UPDATE payments
           SET status = t.status, provider_intent_id = coalesce(payments.provider_intent_id, t.intent_id), decline_code = t.decline_code,
               decline_message = t.decline_message, client_secret = t.client_secret, claimed_until = NULL, updated_at = now(),
               captured_amount = CASE WHEN t.status = 'captured' THEN least(t.captured, payments.amount) ELSE payments.captured_amount END,
               authorized_amount = CASE WHEN t.status = 'authorized' THEN least(t.held, payments.amount) ELSE payments.authorized_amount END,
               authorized_at = CASE WHEN t.status = 'authorized' THEN now() ELSE payments.authorized_at END,
               capture_before = CASE WHEN t.status = 'authorized' THEN now() + make_interval(secs => \(captureWindow.inSeconds))
                                     ELSE payments.capture_before END
          FROM unnest(\(payments.map(\.id))::uuid[], \(payments.map(\.status))::text[], \(payments.map(\.intentID))::text[],
                      \(payments.map { $0.decline.map { $0.declineCode ?? $0.code } })::text[], \(payments.map(\.decline?.message))::text[],
                      \(payments.map(\.clientSecret))::text[], \(payments.map(\.captured.amount))::bigint[],
                      \(payments.map(\.held.amount))::bigint[])
               AS t (id, status, intent_id, decline_code, decline_message, client_secret, captured, held)
         WHERE payments.id = t.id
        """
    }

    /// Payment and order say again how much of what was taken has gone back. No more can have gone back than was taken.
    private var correcting: [SQL] {
        [
            """
            UPDATE payments AS p
               SET captured_amount = least(t.captured, p.amount), updated_at = now(),
                   status = CASE WHEN back.amount = 0 THEN 'captured' WHEN back.amount < t.captured THEN 'partially_refunded' ELSE 'refunded' END
              FROM unnest(\(corrections.map(\.id))::uuid[], \(corrections.map(\.captured.amount))::bigint[]) AS t (id, captured)
              CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM refunds
                                   WHERE payment_id = t.id AND status = 'succeeded') AS back
             WHERE p.id = t.id AND p.status IN ('captured', 'partially_refunded', 'refunded')
            """,
            """
            UPDATE orders AS o
               SET status = CASE p.status WHEN 'captured' THEN 'confirmed' ELSE p.status END, version = version + 1, updated_at = now()
              FROM payments AS p
             WHERE p.id = ANY (\(corrections.map(\.id))::uuid[]) AND o.id = p.order_id
               AND o.status IN ('confirmed', 'partially_refunded', 'refunded')
            """,
        ]
    }

    private var naming: SQL {
        """
        UPDATE payments SET card_brand = t.brand, card_last_four = t.last_four, updated_at = now()
          FROM unnest(\(cards.map(\.payment))::uuid[], \(cards.map(\.card.brand))::text[], \(cards.map(\.card.lastFour))::text[])
               AS t (id, brand, last_four)
         WHERE payments.id = t.id
        """
    }

    private var givingBack: [SQL] {
        refunds.map {
            RefundRow.insertion(
                $0.id, of: $0.orderID, $0.paymentID, $0.amount, because: .latePayment, takesTheRest: true,
                by: .system("settlement"),
                key: RefundReason.latePayment.rawValue)
        }
    }

    private var noting: SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT * FROM unnest(\(events.map(\.orderID))::uuid[], \(events.map(\.kind))::text[], \(events.map(\.status))::text[],
                             \(events.map(\.reason))::text[])
        """
    }
}
