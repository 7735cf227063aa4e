package import Domain
import JobQueue
import Postgres

extension ReservationStore {
    /// Takes overdue orders that still hold stock, so that no other sweeper takes them for 30 s. Without an intent:
    /// ``releaseOverdue(_:)``. With one:
    /// cancel it at the provider, then settle what the provider says.
    package func claimOverdue(limit: Int = 64) async throws -> [CheckoutSnapshot] {
        let rows = try await database.query(
            """
            UPDATE orders
               SET reserved_until = now() + make_interval(secs => \(Self.claim.inSeconds)),
                   overdue_at = coalesce(overdue_at, now())
              FROM (SELECT id FROM orders
                     WHERE status IN ('reserved', 'payment_failed') AND reserved_until <= now()
                     ORDER BY reserved_until LIMIT \(limit)
                       FOR NO KEY UPDATE SKIP LOCKED) AS due
             WHERE orders.id = due.id
            RETURNING orders.id
            """)
        return try await LockedOrders.snapshots(of: rows.map { try $0["id"] }, in: database)
    }

    /// Releases the stock of claimed orders that have no intent, and ends them as expired. Returns which.
    ///
    /// Left alone are orders that got an intent or more time since they were claimed.
    package func releaseOverdue(_ orderIDs: [Order.ID]) async throws -> [Order.ID] {
        let ids = Set(orderIDs).sorted()
        if ids.isEmpty { return [] }
        let (released, jobs) = try await database.transaction { transaction in
            let (orders, overdue, products, told) = try transaction.pipeline(
                LockedOrders.locking(ids), stillOverdue(ids), OrderStock.products(of: ids), PendingEmail.told(ids))
            let released = overdue.compactMap { orders.entries[$0] }.filter { $0.facts.intentID == nil }
            if released.isEmpty { return ([Order.ID](), [PendingJob]()) }
            let ids = released.map(\.facts.orderID)
            let emails = released.filter { told.contains($0.facts.orderID) }.compactMap { entry in
                entry.email.map { PendingEmail(orderID: entry.facts.orderID, kind: .cancellation, recipient: $0) }
            }
            let jobs = try OrderStock.invalidation(of: ids, among: products) + emails.map { try $0.job() }
            var writes = CheckedWrites()
            writes.end(released, as: .expired, .init(.expired, "not_paid_in_time"))
            if !emails.isEmpty { writes.add(PendingEmail.insertion(emails)) }
            writes.add(jobs)
            try writes.run(in: transaction)
            return (ids, jobs)
        }
        await dispatcher.push(jobs)
        await notifier.publish(released)
        return released
    }

    /// Ends orders as expired that never had stock reserved because their checkout job has died, once the time has
    /// passed for which an order may hold something. Until then an operator can bring the job back. Returns which.
    @discardableResult
    package func endAbandoned(limit: Int = 64) async throws -> [Order.ID] {
        let ended = try await database.transaction { transaction in
            let ids: [Order.ID] = try transaction.query(
                """
                SELECT o.id
                  FROM orders AS o
                 WHERE o.status = 'pending'
                     AND o.created_at < now() - make_interval(secs => \(settings.reservation.inSeconds))
                   AND CASE WHEN o.checkout_job_id IS NULL
                            THEN NOT EXISTS (SELECT FROM jobs AS j WHERE j.name = ANY (\(CheckoutOrder.names)::text[])
                                AND j.state IN ('ready', 'running')
                                                AND j.payload ->> 'orderID' = o.id::text)
                            ELSE NOT EXISTS (SELECT FROM jobs AS j WHERE j.id = o.checkout_job_id
                                AND j.state IN ('ready', 'running')) END
                 ORDER BY o.id LIMIT \(limit)
                   FOR NO KEY UPDATE OF o SKIP LOCKED
                """
            ).map { try $0["id"] }
            if ids.isEmpty { return ids }
            let orders = try transaction.run(LockedOrders.locking(ids))
            var writes = CheckedWrites()
            writes.end(Array(orders.entries.values), as: .expired, .init(.expired, "not_processed_in_time"))
            try writes.run(in: transaction)
            return ids
        }
        await notifier.publish(ended)
        return ended
    }

    /// Opens carts that are locked although no order is being paid from them. Returns how many.
    ///
    /// Cart and order change in one transaction, so there should be none; this is for rows repaired by hand.
    @discardableResult
    package func reopenStaleCarts() async throws -> Int {
        try await database.execute(
            """
            UPDATE carts
               SET status = CASE WHEN is_express THEN 'closed' ELSE 'open' END, locked_at = NULL, updated_at = now()
             WHERE status = 'converting'
                 AND locked_at < now() - make_interval(secs => \(settings.reservation.inSeconds))
               AND NOT EXISTS (SELECT FROM orders WHERE cart_id = carts.id AND status IN ('pending', 'reserved'))
            """)
    }

    private func stillOverdue(_ ids: [Order.ID]) -> Query<[Order.ID]> {
        Query.rows(
            """
            SELECT id FROM orders
             WHERE id = ANY (\(ids)::uuid[]) AND status IN ('reserved', 'payment_failed')
               AND reserved_until <= now() + make_interval(secs => \(Self.claim.inSeconds))
            """
        ) { try $0["id"] }
    }
}
