package import Domain
package import JobQueue
package import Postgres

/// What somebody wants to give back.
package struct RefundWish: Hashable, Sendable {
    /// Pieces of one line of the order.
    package struct Item: Hashable, Sendable {
        /// The product.
        package let productID: Product.ID
        /// Number of pieces; above zero.
        package let quantity: Int
        /// Whether they came back and can be sold again. They go back on the shelf once the refund stands.
        package let restock: Bool

        /// Names pieces.
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
    /// Why.
    package var reason: RefundReason
    /// The client's idempotency key, 1 to 255 characters. The same key asks for the same refund.
    package var key: String
    /// Who wants it.
    package var actor: AuditActor
    /// Where the request came from, as the API saw it.
    package var remoteAddress: String?

    /// Describes a refund that is wanted.
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

/// What became of a wish to give money back. Only `accepted` changed anything.
package enum RefundOutcome: Hashable, Sendable {
    /// It is durable, and the job that carries it out with it.
    case accepted(Refund)
    /// This key asked for this refund before. The refund as it is now.
    case replayed(Refund)
    /// This key asked for another refund before.
    case keyReused
    /// There is less to give back, or nothing: what is left.
    case exceedsCaptured(refundable: Money)
    /// The order has no line of this product.
    case unknownItem(Product.ID)
    /// So few pieces of this product are left that were not given back before.
    case tooManyPieces(Product.ID, left: Int)
    /// The named pieces cost nothing.
    case worthNothing
    /// The order was paid in this currency.
    case wrongCurrency(Currency)
    /// The amount is between two that can be given back in its currency, which are this far apart.
    case notChargeable(step: Money)
    /// No money was taken for the order.
    case notPaid(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

/// Money that goes back: rows before the provider's call, never more in all than was taken.
///
/// Locks are taken in the order of all checkout transactions: order, payment, refunds, stock rows by SKU.
package struct RefundStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Notes a refund and the job that carries it out, once per key.
    ///
    /// Pieces that shall go back on the shelf do so once the refund stands, not before.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    package func request(_ wish: RefundWish) async throws -> RefundOutcome {
        let id = Refund.ID()
        let job = try JobLedger.insertion(of: RefundPayment(refundID: id))
        let (outcome, jobs) = try await database.transaction { transaction in
            let read = try transaction.pipeline(
                LockedOrders.statements([wish.orderID]) + [RefundRow.locked(of: wish.orderID)]
                    + RefundShare.statements(of: wish.orderID))
            let orders = try LockedOrders(orders: read[0].rows, payments: read[1].rows)
            guard let entry = orders.entries[wish.orderID] else { return (RefundOutcome.unknownOrder, [PendingJob]()) }
            if let earlier = try read[2].rows.first(where: { try $0["request_key"] == wish.key }) {
                return (Self.replay(try RefundRow.refund(earlier), of: wish), [])
            }
            let refunds = try read[2].rows.map(RefundRow.refund)
            let share: RefundShare
            switch try RefundShare.of(wish, entry, refunds: refunds, totals: read[3].rows, lines: read[4].rows) {
            case .success(let found): share = found
            case .failure(let refusal): return (refusal.outcome, [])
            }
            let results = try transaction.pipeline(
                [
                    RefundRow.insertion(
                        id, of: wish.orderID, entry.facts.paymentID, share.amount, because: wish.reason,
                        takesTheRest: wish.amount == nil && wish.items.isEmpty, by: wish.actor, key: wish.key),
                    RefundRow.insertion(of: share.items, for: id),
                    OrderChange.statement([
                        OrderChange(wish.orderID, to: nil, .init(.refundRequested, wish.reason.rawValue))
                    ]),
                    try Self.audit(wish, id, share), job.statement, "\(raw: RefundRow.selection) WHERE r.id = \(id)",
                ])
            guard let row = results.last?.rows.first else { throw StorageError.corrupt("a new refund is not there") }
            return (.accepted(try RefundRow.refund(row)), [job])
        }
        await dispatcher.push(jobs)
        return outcome
    }

    /// All refunds of an order, those of stray charges that name it among them, oldest first.
    package func refunds(of orderID: Order.ID) async throws -> [Refund] {
        try await database.query(
            "\(raw: RefundRow.selection) WHERE r.order_id = \(orderID) OR r.named_order_id = \(orderID) ORDER BY r.id"
        )
        .map(RefundRow.refund)
    }

    private static func replay(_ earlier: Refund, of wish: RefundWish) -> RefundOutcome {
        let items = earlier.items.map {
            RefundWish.Item(productID: $0.productID, quantity: $0.quantity, restock: $0.restock)
        }
        let isSame =
            (wish.amount ?? earlier.amount) == earlier.amount && wish.reason == earlier.reason
            && Set(items) == Set(wish.items)
            && earlier.takesTheRest == (wish.amount == nil && wish.items.isEmpty)
        return isSame ? .replayed(earlier) : .keyReused
    }

    private static func audit(_ wish: RefundWish, _ id: Refund.ID, _ share: RefundShare) throws -> SQL {
        let pieces = share.items.map { "\($0.quantity) × \($0.sku)\($0.restock ? ", restock" : "")" }.joined(
            separator: "; ")
        return try AuditLog.insertion(
            of: AuditEntry(
                actor: wish.actor, action: "refund.requested", subjectKind: "order",
                subjectID: wish.orderID.description,
                remoteAddress: wish.remoteAddress,
                details: [
                    "refund": id.description, "amount": share.amount.description, "reason": wish.reason.rawValue,
                    "items": pieces,
                ]))
    }
}
