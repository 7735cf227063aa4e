import Domain
import FoundationEssentials
import JSON
package import JobQueue
package import Postgres

/// What a job leaves behind when it is discarded: money that does not move, events that no job handles. Operators are
/// told before they discard it.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct JobRemains: Sendable {
    let database: PostgresPool
    /// Whose events jobs act on (``ShopSettings/paymentProvider``).
    let provider: String

    /// Looks into this database.
    package init(database: PostgresPool, provider: String) {
        self.database = database
        self.provider = provider
    }

    /// What a job leaves behind, in one sentence for operators; `nil` when that is nothing.
    package func of(_ job: JobDetail) async throws -> String? {
        guard job.state == .dead || job.state == .parked || job.state == .ready else { return nil }
        let payload = try? JSONCoder.decode(Subject.self, from: job.payload)
        switch (FormerJobNames.current(job.name), payload) {
        case (HandlePaymentEvent.name, let payload?): return try await event(payload.eventID ?? "")
        case (RefundPayment.name, let payload?): return try await refund(payload.refundID.flatMap { Refund.ID($0) })
        case (CapturePayment.name, let payload?): return try await capture(payload.orderID.flatMap { Order.ID($0) })
        case (CancelOrder.name, let payload?): return try await cancellation(payload.orderID.flatMap { Order.ID($0) })
        case (CheckoutOrder.name, let payload?): return try await checkout(payload.orderID.flatMap { Order.ID($0) })
        case (SendEmail.name, let payload?): return try await email(payload.deliveryID.flatMap { EmailDelivery.ID($0) })
        default: return nil
        }
    }

    /// The same for several, those that leave nothing behind left out.
    package func of(_ jobs: [JobDetail]) async throws -> [String] {
        var found: [String] = []
        for job in jobs { if let remains = try await of(job) { found.append(remains) } }
        return found
    }

    /// What many jobs leave behind, as far as they were looked at.
    package struct Survey: Sendable {
        /// One for each job that leaves something undone.
        package internal(set) var sentences: [String] = []
        /// How many jobs were looked at.
        package internal(set) var seen = 0
        /// Whether more match, which were not looked at.
        package internal(set) var hasMore = false

        /// The first of the sentences, and a last one that says how many there are and what was not looked at; none
        /// when nothing is left undone.
        package func told(first count: Int) -> [String] {
            guard !sentences.isEmpty else { return [] }
            let rest = sentences.count - count
            var last: [String] = rest > 0 ? ["And \(rest) more."] : []
            if hasMore { last.append("Only the first \(seen) jobs that match were looked at.") }
            return Array(sentences.prefix(count)) + (last.isEmpty ? [] : [last.joined(separator: " ")])
        }
    }

    /// As many jobs as are looked at before many are discarded. Each costs a query at the most.
    package static let surveyLimit = 2_000

    /// Looks at the jobs that match, up to a limit.
    package func survey(
        _ jobs: JobInspector, matching filter: JobFilter, from cursor: JobCursor? = nil, upTo limit: Int = surveyLimit
    ) async throws -> Survey {
        var survey = Survey()
        var cursor = cursor
        repeat {
            let page = try await jobs.list(filter, limit: min(200, limit - survey.seen), after: cursor)
            survey.sentences += try await of(page.items)
            survey.seen += page.items.count
            cursor = page.nextCursor
        } while cursor != nil && survey.seen < limit
        survey.hasMore = cursor != nil
        return survey
    }

    /// Looks at these jobs.
    package func survey(_ jobs: [JobDetail]) async throws -> Survey {
        Survey(sentences: try await of(jobs), seen: jobs.count)
    }

    private struct Subject: Decodable {
        let eventID: String?
        let refundID: String?
        let orderID: String?
        let deliveryID: String?
    }

    private func event(_ id: String) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT type, object_id FROM webhook_events
                WHERE provider = \(provider) AND event_id = \(id) AND handled_at IS NULL AND ignored_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        let (type, object): (String, String?) = (try row["type"], try row["object_id"])
        return
            "The event \(id) (\(type)\(object.map { " of \($0)" } ?? "")) is not handled and counts as ignored; "
            + "it can be replayed."
    }

    private func refund(_ id: Refund.ID?) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT r.amount, r.currency, r.status, o.number FROM refunds AS r
              LEFT JOIN orders AS o ON o.id = coalesce(r.order_id, r.named_order_id)
             WHERE r.id = \(id) AND r.status IN ('requested', 'pending')
            """)
        guard let row = rows.first, let id else { return nil }
        let (number, status): (Int64?, RefundStatus) = (try row["number"], try row["status"])
        let order = number.map { " of order \($0)" } ?? ""
        return
            "The refund \(id)\(order) over \(Money(try row["amount"], try row["currency"])) stays \(status.rawValue): "
            + "it refunds no money, and as much of the order cannot be refunded otherwise."
    }

    private func capture(_ id: Order.ID?) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT o.number FROM orders AS o
              JOIN payments AS p ON p.order_id = o.id AND p.status = 'authorized'
             WHERE o.id = \(id)
            """)
        guard let number: Int64 = try rows.first?["number"] else { return nil }
        return
            "The money of order \(number) is not captured; its authorization expires unless it is captured again."
    }

    private func cancellation(_ id: Order.ID?) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT number, status FROM orders
             WHERE id = \(id) AND cancel_requested_at IS NOT NULL
                 AND status NOT IN ('canceled', 'expired', 'rejected', 'refunded')
            """)
        guard let row = rows.first else { return nil }
        let (number, status): (Int64, OrderStatus) = (try row["number"], try row["status"])
        return
            "Order \(number) stays \(status.rawValue) although its cancellation was requested, unless it is canceled "
            + "again."
    }

    private func checkout(_ id: Order.ID?) async throws -> String? {
        let rows = try await database.query(
            "SELECT number, status FROM orders WHERE id = \(id) AND status IN ('pending', 'reserved')")
        guard let row = rows.first else { return nil }
        let (number, status): (Int64, OrderStatus) = (try row["number"], try row["status"])
        return "Order \(number) stays \(status.rawValue) and is not paid until its time is up."
    }

    private func email(_ id: EmailDelivery.ID?) async throws -> String? {
        let rows = try await database.query(
            """
            SELECT d.kind, o.number FROM email_deliveries AS d JOIN orders AS o ON o.id = d.order_id
             WHERE d.id = \(id) AND d.status IN ('pending', 'sending')
            """)
        guard let row = rows.first else { return nil }
        let (kind, number): (EmailKind, Int64) = (try row["kind"], try row["number"])
        return "The email \(kind.rawValue) about order \(number) is not sent."
    }
}
