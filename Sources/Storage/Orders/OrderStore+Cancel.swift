package import Domain
package import JobQueue
import Postgres

/// What became of a request to cancel an order. The order as it is afterwards.
package enum CancelOutcome: Hashable, Sendable {
    /// It is canceled. A refund of captured money is requested.
    case canceled(Order)
    /// Its payment has to be canceled first; a job is at it. It ends canceled, and what was paid is refunded.
    case started(Order)
    /// It was over before. Nothing changed.
    case alreadyOver(Order)
    /// The goods are shipped. Nothing changed.
    case alreadyShipped(Order)
    /// There is no such order, or it belongs to another customer.
    case unknownOrder
}

/// How the cancellation of an order ended whose payment had come too far.
package enum CancellationResult: Hashable, Sendable {
    /// The order is canceled and its refund is requested.
    case refunded
    /// It was over before.
    case over
    /// The goods are shipped, so the order stands.
    case alreadyShipped
    /// No money is known to have moved. Nothing was done.
    case notPaid
}

extension OrderStore {
    /// Cancels an order: at once where no money is under way; where it was taken, with the refund in the same
    /// transaction; and by a job where the provider has to be asked first. Safe to repeat.
    ///
    /// - Parameter reason: a code for the order's events, such as `requested_by_customer`.
    package func cancel(
        _ id: Order.ID, by viewer: OrderViewer, reason: String, actor: AuditActor, remoteAddress: String? = nil
    ) async throws -> CancelOutcome {
        let (step, jobs) = try await database.transaction { transaction -> (OrderCancellation.Step, [PendingJob]) in
            let cancellation = try OrderCancellation(id, reason: reason, in: transaction)
            guard let cancellation, try Self.mayRead(cancellation.owner, viewer) else { return (.unknown, []) }
            let step = cancellation.step
            if step == .running {
                // Where the job of it has died, this one goes on; while one waits or runs its key keeps it single.
                let job = try CancelOrder.insertion(for: id)
                return (step, try transaction.execute(job.statement) == 1 ? [job] : [])
            }
            if !step.changesOrder { return (step, []) }
            let audit = try AuditLog.insertion(
                of: AuditEntry(
                    actor: actor, action: "order.canceled", subjectKind: "order", subjectID: id.description,
                    remoteAddress: remoteAddress,
                    details: ["was": cancellation.entry.facts.status.rawValue]))
            return (step, try cancellation.apply(step, by: actor, in: transaction, and: [audit]))
        }
        await dispatcher.push(jobs)
        guard step != .unknown, let order = try await order(id, for: viewer) else { return .unknownOrder }
        switch step {
        case .release, .refund: return .canceled(order)
        case .ask, .running: return .started(order)
        case .over: return .alreadyOver(order)
        case .shipped: return .alreadyShipped(order)
        case .unknown: return .unknownOrder
        }
    }

    /// Ends an order whose cancellation was asked for, once its money turns out to have moved: the goods return to
    /// stock and the money is refunded. When the goods were shipped meanwhile, the order is kept as if nothing had been
    /// asked.
    ///
    /// - Throws: `JobFenced` when the attempt is stale: nothing was done.
    package func finishCanceling(_ id: Order.ID, completion: JobCompletion) async throws -> CancellationResult {
        let (end, jobs) = try await database.transaction { transaction -> (CancellationResult, [PendingJob]) in
            guard let cancellation = try OrderCancellation(id, reason: nil, in: transaction) else { return (.over, []) }
            let end = cancellation.end
            let jobs =
                switch end {
                case .refunded: try cancellation.apply(.refund, by: .system("worker"), in: transaction)
                case .alreadyShipped: try cancellation.keep(in: transaction)
                case .notPaid, .over: [PendingJob]()
                }
            if end != .notPaid { try transaction.run(completion) }
            return (end, jobs)
        }
        await dispatcher.push(jobs)
        return end
    }
}
