package import Domain
package import FoundationEssentials
package import JobQueue
package import Postgres

/// What became of a request to capture the money that is authorized for an order.
package enum CaptureOutcome: Hashable, Sendable {
    /// A job takes it, now or asked for before.
    case requested
    /// It was taken before.
    case alreadyCaptured
    /// Another amount was asked for before, and is being taken.
    case alreadyRequested(Money)
    /// Less is held: how much.
    case exceedsAuthorized(Money)
    /// The order is paid in this currency.
    case wrongCurrency(Currency)
    /// The amount is between two that can be charged in its currency, which are this far apart.
    case notChargeable(step: Money)
    /// No money is authorized, or the order is being canceled.
    case notAuthorized(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

/// Authorized money that no operator has asked to capture, shortly before its authorization expires.
package struct DueCapture: Hashable, Sendable {
    package let orderID: Order.ID
    /// Its number.
    package let orderNumber: Int64
    /// What is authorized.
    package let amount: Money
    /// When the provider lets it go.
    package let before: Date
}

/// Money that is authorized when an order is confirmed, and taken later.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct CaptureStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Asks for the money of an order, once.
    ///
    /// - Parameter amount: how much of what is held; the rest is voided. All of it when `nil`.
    package func request(
        _ orderID: Order.ID, amount: Money? = nil, by actor: AuditActor, remoteAddress: String? = nil
    ) async throws -> CaptureOutcome {
        let job = try JobLedger.insertion(
            of: CapturePayment(orderID: orderID), unique: UniqueKey("capture:\(orderID)", until: .finished))
        let audit = try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: "capture.requested", subjectKind: "order", subjectID: orderID.description,
                remoteAddress: remoteAddress, details: amount.map { ["amount": $0.description] } ?? [:]))
        let outcome = try await database.transaction { transaction -> CaptureOutcome in
            guard let entry = try transaction.run(LockedOrders.locking([orderID])).entries[orderID] else {
                return .unknownOrder
            }
            let facts = entry.facts
            if entry.captured.amount > 0 { return .alreadyCaptured }
            guard facts.paymentStatus == .authorized, facts.status.isPaid, !entry.isCancelRequested else {
                return .notAuthorized(facts.status)
            }
            if let amount {
                guard amount.currency == facts.amount.currency else { return .wrongCurrency(facts.amount.currency) }
                guard amount.isChargeable else {
                    return .notChargeable(step: Money(amount.currency.chargeableStep, amount.currency))
                }
                guard amount.amount > 0, amount.amount <= entry.authorized.amount else {
                    return .exceedsAuthorized(entry.authorized)
                }
            }
            let first =
                try transaction.execute(
                    """
                    UPDATE payments SET capture_requested_at = now(), capture_amount = \(amount?.amount),
                        updated_at = now()
                     WHERE id = \(facts.paymentID) AND capture_requested_at IS NULL
                    """) == 1
            // What was asked for first is under way.
            if !first, let amount, amount != facts.captureAmount ?? entry.authorized {
                return .alreadyRequested(facts.captureAmount ?? entry.authorized)
            }
            let notes: [SQL] = [
                OrderHistory.noting(.captureRequested, amount?.description, of: orderID),
                audit,
            ]
            // Asked for again, the job comes again where the first one died; while one waits or runs its key keeps it
            // single.
            try transaction.execute((first ? notes : []) + [job.statement])
            return .requested
        }
        if outcome == .requested { await dispatcher.push([job]) }
        return outcome
    }

    /// Authorizations that expire within this time and that no operator has asked to capture, most urgent first.
    package func due(within time: Duration, limit: Int = 1000) async throws -> [DueCapture] {
        try await database.query(
            """
            SELECT o.id, o.number, coalesce(p.authorized_amount, p.amount) AS amount, p.currency, p.capture_before
              FROM payments AS p JOIN orders AS o ON o.id = p.order_id
             WHERE p.status = 'authorized' AND p.capture_requested_at IS NULL AND o.cancel_requested_at IS NULL
               AND p.capture_before <= now() + make_interval(secs => \(time.inSeconds))
             ORDER BY p.capture_before LIMIT \(limit)
            """
        ).map {
            DueCapture(
                orderID: try $0["id"], orderNumber: try $0["number"],
                amount: Money(try $0["amount"], try $0["currency"]),
                before: try $0["capture_before"])
        }
    }

    /// Notes in the order's events that its authorization is about to expire. Answers `true` the first time: it is
    /// noted once.
    package func noteDue(_ orderID: Order.ID) async throws -> Bool {
        try await database.execute(
            OrderHistory.noting(
                from: """
                    SELECT \(orderID)::uuid, 'capture_due', NULL
                     WHERE NOT EXISTS (SELECT FROM order_events WHERE order_id = \(orderID) AND kind = 'capture_due')
                    """)) == 1
    }
}
