package import Domain
package import JobQueue
package import Postgres

/// What a caller wants refunded.
package struct RefundRequest: Hashable, Sendable {
    /// Pieces of one line of the order.
    package struct Item: Hashable, Sendable {
        package let productID: Product.ID
        /// Number of pieces; above zero.
        package let quantity: Int
        /// Whether they came back and can be sold again. They go back on the shelf once the refund stands.
        package let restock: Bool

        package init(productID: Product.ID, quantity: Int, restock: Bool = false) {
            self.productID = productID
            self.quantity = quantity
            self.restock = restock
        }
    }

    /// Of which order.
    package var orderID: Order.ID
    /// How much. When `nil`, what the named pieces come to; and where none are named, all that is left.
    package var amount: Money?
    /// The pieces it is for.
    package var items: [Item]
    package var reason: RefundReason
    /// The client's idempotency key, 1 to 255 characters. The same key asks for the same refund.
    package var key: String
    /// Who wants it.
    package var actor: AuditActor
    /// Where the request came from, as the API saw it.
    package var remoteAddress: String?

    package init(
        orderID: Order.ID, amount: Money? = nil, items: [Item] = [], reason: RefundReason = .requestedByCustomer,
        key: String,
        actor: AuditActor, remoteAddress: String? = nil
    ) {
        self.orderID = orderID
        self.amount = amount
        self.items = items
        self.reason = reason
        self.key = key
        self.actor = actor
        self.remoteAddress = remoteAddress
    }
}

/// What became of a request to refund money. Only `accepted` changed anything.
package enum RefundOutcome: Hashable, Sendable {
    /// It is durable, and so is the job that makes it.
    case accepted(Refund)
    /// This key asked for this refund before. The refund as it is now.
    case replayed(Refund)
    /// This key asked for another refund before.
    case keyReused
    /// There is less to refund, or nothing: what is left.
    case exceedsCaptured(refundable: Money)
    /// The order has no line of this product.
    case unknownItem(Product.ID)
    /// So few pieces of this product are left that were not refunded before.
    case tooManyPieces(Product.ID, left: Int)
    /// The named pieces cost nothing.
    case worthNothing
    /// The order was paid in this currency.
    case wrongCurrency(Currency)
    /// The amount is between two that can be refunded in its currency, which are this far apart.
    case notChargeable(step: Money)
    /// No money was taken for the order.
    case notPaid(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

/// Money that is refunded: rows before the provider's call, never more in all than was taken.
///
/// Locks are taken in the order of all checkout transactions: order, payment, refunds, stock rows by SKU.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct RefundStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Notes a refund and the job that makes it, once per key.
    ///
    /// Pieces that return to stock do so once the refund stands, not before.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    package func request(_ request: RefundRequest) async throws -> RefundOutcome {
        let id = Refund.ID()
        let job = try JobLedger.insertion(of: RefundPayment(refundID: id))
        let (outcome, jobs) = try await database.transaction { transaction in
            let (orders, locked, lines) = try transaction.pipeline(
                LockedOrders.locking([request.orderID]), RefundRow.lockedWithKeys(of: request.orderID),
                RefundShare.lines(of: request.orderID))
            guard let entry = orders.entries[request.orderID] else {
                return (RefundOutcome.unknownOrder, [PendingJob]())
            }
            if let earlier = locked.first(where: { $0.key == request.key }) {
                return (Self.replay(earlier.refund, of: request), [])
            }
            let refunds = locked.map(\.refund)
            let share: RefundShare
            switch try RefundShare.of(request, entry, refunds: refunds, lines: lines) {
            case .success(let found): share = found
            case .failure(let refusal): return (refusal.outcome, [])
            }
            let (_, refund) = try transaction.pipeline(
                [
                    RefundRow.insertion(
                        id, of: request.orderID, entry.facts.paymentID, share.amount, because: request.reason,
                        takesTheRest: request.amount == nil && request.items.isEmpty, by: request.actor,
                        key: request.key),
                    RefundRow.insertion(of: share.items, for: id),
                    Fulfillment.update(request.orderID),
                    OrderChange.statement([
                        OrderChange(request.orderID, to: nil, .init(.refundRequested, request.reason.rawValue))
                    ]),
                    try Self.audit(request, id, share), job.statement,
                ], RefundRow.reading(id))
            guard let refund else { throw StorageError.corrupt("a new refund is not there") }
            return (.accepted(refund), [job])
        }
        await dispatcher.push(jobs)
        return outcome
    }

    /// All refunds of an order, those of orphan charges that name it among them, oldest first.
    package func refunds(of orderID: Order.ID) async throws -> [Refund] {
        try await database.query(
            "\(raw: RefundRow.selection) WHERE r.order_id = \(orderID) OR r.named_order_id = \(orderID) ORDER BY r.id"
        )
        .map(RefundRow.refund)
    }

    private static func replay(_ earlier: Refund, of request: RefundRequest) -> RefundOutcome {
        let items = earlier.items.map {
            RefundRequest.Item(productID: $0.productID, quantity: $0.quantity, restock: $0.restock)
        }
        let isSame =
            (request.amount ?? earlier.amount) == earlier.amount && request.reason == earlier.reason
            && Set(items) == Set(request.items)
            && earlier.takesTheRest == (request.amount == nil && request.items.isEmpty)
        return isSame ? .replayed(earlier) : .keyReused
    }

    private static func audit(_ request: RefundRequest, _ id: Refund.ID, _ share: RefundShare) throws -> SQL {
        let pieces = share.items.map { "\($0.quantity) × \($0.sku)\($0.restock ? ", restock" : "")" }.joined(
            separator: "; ")
        return try AuditLog.insertion(
            of: AuditEntry(
                actor: request.actor, action: "refund.requested", subjectKind: "order",
                subjectID: request.orderID.description,
                remoteAddress: request.remoteAddress,
                details: [
                    "refund": id.description, "amount": share.amount.description, "reason": request.reason.rawValue,
                    "items": pieces,
                ]))
    }
}
