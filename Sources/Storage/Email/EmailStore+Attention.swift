package import Domain
import JobQueue
import Postgres

/// Which emails a list holds.
package enum EmailFilter: Hashable, Sendable {
    /// Those that an operator should look at: failed, refused because of the shop, or of unknown outcome with nothing
    /// left that could tell.
    case attention
    /// Those that wait while the shop is refused (``EmailFault/isShops``).
    case refused
    /// Those in one state.
    case status(EmailDeliveryStatus)

    /// What a page of such a list is told by.
    var name: String {
        switch self {
        case .attention: "attention"
        case .refused: "refused"
        case .status(let status): status.rawValue
        }
    }

    var condition: SQL {
        switch self {
        case .attention: "(\(Self.failed) OR \(Self.refusals) OR \(EmailStore.waitsForPerson))"
        case .refused: Self.refusals
        // In the text and not as a value: the plan hangs on it.
        case .status(let status): "status = '\(raw: status.rawValue)'"
        }
    }

    // Word for word as in the partial indexes.
    private static let failed: SQL = "status = 'failed'"
    private static let refusals: SQL = "(status = 'pending' AND fault IN ('shop', 'policy'))"
}

/// How many emails wait for an operator.
package struct EmailCounts: Hashable, Sendable {
    /// Given up.
    package let failed: Int
    /// Waiting while the shop is refused.
    package let refused: Int
    /// Of unknown outcome, with nothing left that could tell.
    package let parked: Int

    package init(failed: Int, refused: Int, parked: Int) {
        self.failed = failed
        self.refused = refused
        self.parked = parked
    }
}

/// What became of a request to send an email again.
package enum EmailResend: Hashable, Sendable {
    /// It is on its way.
    case requested(OrderEmail)
    /// It went out, may have gone out, or says what is no longer true.
    case refused(EmailDeliveryStatus)
    /// There is no such email.
    case unknownDelivery
}

extension EmailStore {
    /// Emails, latest first.
    package func list(_ filter: EmailFilter, page: PageRequest = PageRequest()) async throws -> Page<OrderEmail> {
        let list = ListCursor.List("emails", [filter.name])
        let before: EmailDelivery.ID? = try page.id(of: list)
        let rows = try await database.query(
            """
            SELECT \(raw: OrderEmail.columns) FROM email_deliveries
             WHERE \(filter.condition) AND (\(before)::uuid IS NULL OR id < \(before)::uuid)
             ORDER BY id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(OrderEmail.init), limit: page.limit, of: list) { [.text($0.delivery.id.description)] }
    }

    /// How many emails wait for an operator, of each kind at most so many.
    package func counts(upTo limit: Int = 10_000) async throws -> EmailCounts {
        func count(_ filter: SQL) -> SQL {
            "(SELECT count(*) FROM (SELECT FROM email_deliveries WHERE \(filter) LIMIT \(limit)) AS m)"
        }
        let row = try await database.query(
            """
            SELECT \(count(EmailFilter.status(.failed).condition)) AS failed,
                \(count(EmailFilter.refused.condition)) AS refused,
                   \(count(Self.waitsForPerson)) AS parked
            """)[0]
        return EmailCounts(failed: try row["failed"], refused: try row["refused"], parked: try row["parked"])
    }

    /// Sends an email again that failed, or that waits: at once, by a new job, in the same delivery. A delivery goes
    /// out at most once, so nothing is sent twice, however many jobs it has. What may have gone out already stays where
    /// it is.
    package func resend(_ id: EmailDelivery.ID, audit: AuditEntry) async throws -> EmailResend {
        let job = try JobLedger.insertion(of: SendEmail(deliveryID: id))
        let entry = try AuditLog.insertion(of: audit)
        let (end, isRequested) = try await database.transaction { transaction -> (EmailResend, Bool) in
            let read = try transaction.query(
                "SELECT \(raw: OrderEmail.columns) FROM email_deliveries WHERE id = \(id) FOR NO KEY UPDATE")
            guard let row = read.first else { return (.unknownDelivery, false) }
            let status: EmailDeliveryStatus = try row["status"]
            guard status == .failed || status == .pending else { return (.refused(status), false) }
            let change = EmailChange.statement(to: .pending, from: [.failed, .pending], where: "id = \(id)")
            let (after, _) = try transaction.pipeline(
                Query.firstRow("\(change) RETURNING \(raw: OrderEmail.columns)") { try OrderEmail($0) },
                [job.statement, entry])
            guard let after else { return (.unknownDelivery, false) }
            return (.requested(after), true)
        }
        if isRequested { await dispatcher.push([job]) }
        return end
    }

    /// Sends all failed emails again that match, and all that wait while the shop is refused, at most so many in one
    /// call, those that wait longest first.
    /// Returns how many, and whether there are more.
    ///
    /// - Parameters:
    ///   - kind: only emails of this kind.
    ///   - fault: only those that were not sent for this.
    package func resendAll(
        kind: EmailKind? = nil, fault: EmailFault? = nil, limit: Int = 500, audit: AuditEntry
    ) async throws -> (count: Int, hasMore: Bool) {
        let filter: SQL = """
            (\(kind)::text IS NULL OR kind = \(kind)) AND (\(fault)::text IS NULL OR fault = \(fault))
            """
        let due: SQL = """
            id = ANY (ARRAY(SELECT id FROM email_deliveries
                             WHERE (status = 'failed' OR status = 'pending' AND fault IN ('shop', 'policy'))
                                 AND \(filter)
                             ORDER BY id LIMIT \(limit)
                               FOR NO KEY UPDATE SKIP LOCKED))
            """
        let (jobs, hasMore) = try await database.transaction { transaction -> ([PendingJob], Bool) in
            // Those that wait are taken once: their fault is forgotten until they are refused again.
            let rows = try transaction.query(
                """
                \(EmailChange.statement(to: .pending, from: [.failed, .pending], setting: "fault = NULL", where: due))
                RETURNING id
                """)
            let ids: [EmailDelivery.ID] = try rows.map { try $0["id"] }
            let jobs = try ids.map { try JobLedger.insertion(of: SendEmail(deliveryID: $0)) }
            guard !jobs.isEmpty else { return ([], false) }
            var entry = audit
            entry.details["emails"] = String(jobs.count)
            try transaction.execute(jobs.map(\.statement) + [try AuditLog.insertion(of: entry)])
            return (jobs, jobs.count == limit)
        }
        await dispatcher.push(jobs)
        return (jobs.count, hasMore)
    }
}

extension EmailStore {
    /// Emails that wait for an operator: it is unknown whether they were accepted, and no answer has come for an hour
    /// or ever will. Oldest first.
    package func parked(limit: Int = 100) async throws -> [OrderEmail] {
        try await database.query(
            """
            SELECT \(raw: OrderEmail.columns) FROM email_deliveries
             WHERE \(Self.waitsForPerson)
             ORDER BY updated_at, id LIMIT \(limit)
            """
        ).map(OrderEmail.init)
    }

    static let waitsForPerson: SQL = """
        (status = 'unknown' AND (claimed_until = 'infinity' OR updated_at < now() - interval '1 hour'))
        """

    /// Settles an email of unknown outcome by a person's word: it was taken, or it was not and is sent again under the
    /// same Message-ID.
    /// Answers whether it was of unknown outcome; else nothing is done.
    package func resolveByHand(_ id: EmailDelivery.ID, wasTaken: Bool, audit: AuditEntry) async throws -> Bool {
        let job = try JobLedger.insertion(of: SendEmail(deliveryID: id))
        let reopening = EmailChange.statement(to: .pending, from: [.unknown], where: "id = \(id)")
        let entry = try AuditLog.insertion(of: audit)
        let isSettled = try await database.transaction { transaction in
            guard try transaction.execute(wasTaken ? EmailChange.acceptance(of: id) : reopening) == 1 else {
                return false
            }
            _ = try transaction.pipeline([wasTaken ? EmailChange.sentEvent(of: id) : job.statement, entry])
            return true
        }
        if isSettled, !wasTaken { await dispatcher.push([job]) }
        return isSettled
    }
}
