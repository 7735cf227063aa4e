import Postgres
import Redis
import TestSupport

extension Shop {
    /// Waits until nothing is under way any more: no order, no email, no refund, no job. In the short form what waits
    /// for its time has it come at once.
    func waitUntilQuiet(within patience: Duration) async throws {
        var hurried = ContinuousClock.now
        do {
            try await eventually(within: patience, "everything is settled") {
                if ContinuousClock.now - hurried > .milliseconds(400) {
                    hurried = .now
                    try await self.hurryEverything()
                }
                guard try await self.underWay() == 0 else { return false }
                guard try await self.areEventsTaken() else { return false }
                // A refund that has arrived may still bounce.
                return try await self.letTimePass() == 0
            }
        } catch is NeverHappened {
            throw Failed(what: "still under way after \(patience): \(try await describeWork())")
        }
    }

    /// Whether the provider has nothing left to tell.
    private func areEventsTaken() async throws -> Bool {
        guard environment["SANDBOX_WEBHOOK_URL"]?.isEmpty == false else { return true }
        let waiting = try await tellings().filter { !$0.delivered }
        if Chaos.isOn { return waiting.isEmpty }
        // In the short form it does not wait before it tells again.
        for telling in waiting { try await bid("/_sandbox/webhooks/\(telling.event)/send") }
        return waiting.isEmpty
    }

    private func underWay() async throws -> Int {
        try await database.pool.query(
            """
            SELECT (SELECT count(*) FROM orders WHERE status IN ('pending', 'reserved'))
                 + (SELECT count(*) FROM email_deliveries WHERE status IN ('pending', 'sending', 'unknown'))
                 + (SELECT count(*) FROM refunds WHERE status IN ('requested', 'pending'))
                 + (SELECT count(*) FROM jobs WHERE state IN ('ready', 'running')) AS open
            """)[0]["open"]
    }

    /// What is under way, for messages.
    func describeWork() async throws -> [String] {
        try await database.pool.query(
            """
            SELECT 'order ' || id::text || ' ' || status AS what FROM orders WHERE status IN ('pending', 'reserved')
             UNION ALL SELECT 'mail ' || id::text || ' ' || status FROM email_deliveries
                 WHERE status IN ('pending', 'sending', 'unknown')
             UNION ALL SELECT 'refund ' || id::text || ' ' || status FROM refunds
                 WHERE status IN ('requested', 'pending')
             UNION ALL SELECT 'job ' || id::text || ' ' || name || ' ' || state || ' attempts ' || attempts || ' '
                              || coalesce(errors ->> -1, '')
                         FROM jobs WHERE state NOT IN ('done', 'discarded')
            """
        ).map { try $0["what"] }
    }

    /// Retries, lost pushes, closed circuits, what happens later at the provider, looks at undecided payments and at
    /// unknown emails.
    private func hurryEverything() async throws {
        guard !Chaos.isOn else { return }
        try await hurryPush()
        try await letTimePass()
        // A circuit that opened would stay so for up to half a minute.
        try await withRedis { redis in
            for key in try await redis.send(RedisCommand("KEYS", "cw:*:circuit")).elements?.compactMap(\.text) ?? [] {
                _ = try await redis.send(RedisCommand("DEL", .init(key)))
            }
        }
        // What a worker holds is left to it: waiting for its locks, in another order than it takes them, could lock up.
        _ = try await database.pool.pipeline([
            """
            UPDATE payments SET updated_at = updated_at - interval '1 minute', claimed_until = NULL
             WHERE id IN (SELECT id FROM payments
                           WHERE status IN ('requires_action', 'processing') OR claimed_until > now()
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
            """
            UPDATE email_deliveries SET claimed_until = NULL
             WHERE id IN (SELECT id FROM email_deliveries WHERE status = 'unknown' AND claimed_until > now()
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
        ])
    }
}
