package import Domain
package import JobQueue
package import Postgres

/// What is to be changed about a shipment. `nil` stays as it is.
package struct ShipmentChange: Hashable, Sendable {
    /// A value that is to be set, or taken away.
    package enum Value: Hashable, Sendable {
        case set(String)
        case remove
    }

    package var carrier: Value?
    package var trackingNumber: Value?
    package var trackingURL: Value?
    /// Whether it has arrived. That stays so.
    package var isDelivered: Bool

    package init(
        carrier: Value? = nil, trackingNumber: Value? = nil, trackingURL: Value? = nil, isDelivered: Bool = false
    ) {
        self.carrier = carrier
        self.trackingNumber = trackingNumber
        self.trackingURL = trackingURL
        self.isDelivered = isDelivered
    }

    /// What the tracking is afterwards.
    func applied(to tracking: ShipmentTracking) -> ShipmentTracking {
        func value(_ change: Value?, _ before: String?) -> String? {
            switch change {
            case nil: before
            case .set(let text): text
            case .remove: nil
            }
        }
        return ShipmentTracking(
            carrier: value(carrier, tracking.carrier), number: value(trackingNumber, tracking.number),
            url: value(trackingURL, tracking.url))
    }

    /// The names of what is changed, for the audit log: numbers and addresses lead to the customer.
    var names: String {
        let named = [("carrier", carrier != nil), ("tracking_number", trackingNumber != nil)]
        let further = [("tracking_url", trackingURL != nil), ("delivered", isDelivered)]
        return (named + further).filter(\.1).map(\.0).joined(separator: ", ")
    }
}

/// Goods on their way: recorded in parts, never more than was bought and is not refunded.
///
/// Locks are taken in the order of all checkout transactions: order, payment, refunds.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct ShipmentStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let notifier: OrderNotifier

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher, notifier: OrderNotifier) {
        self.database = database
        self.dispatcher = dispatcher
        self.notifier = notifier
    }

    /// Records that goods are on their way, once per key, with the email that tells the customer.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    package func ship(_ request: ShipmentRequest) async throws -> ShipmentOutcome {
        let (id, orderID) = (Shipment.ID(), request.orderID)
        let (outcome, jobs) = try await database.transaction { transaction -> (ShipmentOutcome, [PendingJob]) in
            let (orders, refunds, lines, shipments, earlier) = try transaction.pipeline(
                LockedOrders.locking([orderID]), RefundRow.locked(of: orderID), RefundShare.lines(of: orderID),
                ShipmentRow.reading(of: orderID), Self.earlier(request))
            guard let entry = orders.entries[orderID] else { return (.unknownOrder, []) }
            if let earlier {
                guard earlier.isSame, let shipment = shipments.first(where: { $0.id == earlier.id }) else {
                    return (.keyReused, [])
                }
                return (.replayed(shipment), [])
            }
            let plan: ShipmentPlan
            switch try ShipmentPlan.of(request, entry, refunds: refunds, lines: lines, shipments: shipments) {
            case .success(let found): plan = found
            case .failure(let refusal): return (refusal.outcome, [])
            }
            var writes = CheckedWrites()
            writes.add(Self.insertion(of: plan, id, request))
            writes.add(Fulfillment.update(orderID))
            writes.add([OrderChange(orderID, to: nil, .init(.shipped, ShipmentRow.text(plan.items)))])
            let jobs = try Self.write(.shipped, about: id, to: entry, &writes)
            writes.add(
                try Self.audit(
                    "shipment.created", id, orderID, request.actor, request.remoteAddress,
                    ["items": ShipmentRow.text(plan.items)]))
            let (_, now) = try transaction.pipeline(writes, ShipmentRow.reading(of: orderID))
            guard let shipment = now.first(where: { $0.id == id }) else {
                throw StorageError.corrupt("a new shipment is not there")
            }
            return (.shipped(shipment), jobs)
        }
        await dispatcher.push(jobs)
        if case .shipped = outcome { await notifier.publish([orderID]) }
        return outcome
    }

    /// Changes how a shipment is followed, or notes that it arrived, which its customer is told once. Answers the
    /// shipment as it is then, `nil` when the order has no such shipment.
    package func change(
        _ id: Shipment.ID, of orderID: Order.ID, _ change: ShipmentChange, by actor: AuditActor,
        remoteAddress: String? = nil
    ) async throws -> Shipment? {
        let (result, jobs, isEvent) = try await database.transaction {
            transaction -> (Shipment?, [PendingJob], Bool) in
            let (orders, shipments) = try transaction.pipeline(
                LockedOrders.locking([orderID]), ShipmentRow.reading(of: orderID))
            guard let entry = orders.entries[orderID], let shipment = shipments.first(where: { $0.id == id }) else {
                return (nil, [], false)
            }
            let tracking = change.applied(to: shipment.tracking)
            let arrives = change.isDelivered && shipment.deliveredAt == nil
            guard arrives || tracking != shipment.tracking else { return (shipment, [], false) }
            var writes = CheckedWrites()
            writes.add(
                """
                UPDATE shipments
                   SET carrier = \(tracking.carrier), tracking_number = \(tracking.number),
                       tracking_url = \(tracking.url), updated_at = now(),
                       delivered_at = CASE WHEN \(arrives) THEN now() ELSE delivered_at END
                 WHERE id = \(id)
                """)
            let events = arrives ? [OrderChange.Event(.delivered, ShipmentRow.text(shipment.items))] : []
            writes.add([OrderChange(orderID, to: nil, events)])
            let jobs = arrives ? try Self.write(.delivered, about: id, to: entry, &writes) : []
            writes.add(
                try Self.audit(
                    "shipment.changed", id, orderID, actor, remoteAddress, ["changed": change.names]))
            let (_, now) = try transaction.pipeline(writes, ShipmentRow.reading(of: orderID))
            return (now.first { $0.id == id }, jobs, arrives)
        }
        await dispatcher.push(jobs)
        if isEvent { await notifier.publish([orderID]) }
        return result
    }

    /// The shipment that this key recorded, and whether it was asked for in the same words.
    private static func earlier(_ request: ShipmentRequest) -> Query<(id: Shipment.ID, isSame: Bool)?> {
        Query.firstRow(
            """
            SELECT id, request_digest = sha256(convert_to(\(request.spelling)::text, 'UTF8')) AS is_same
              FROM shipments WHERE order_id = \(request.orderID) AND request_key = \(request.key)
            """
        ) { (try $0["id"], try $0["is_same"]) }
    }

    private static func insertion(of plan: ShipmentPlan, _ id: Shipment.ID, _ request: ShipmentRequest) -> [SQL] {
        [
            """
            INSERT INTO shipments (id, order_id, carrier, tracking_number, tracking_url, created_by, request_key,
                request_digest)
            VALUES (\(id), \(request.orderID), \(request.tracking.carrier), \(request.tracking.number),
                \(request.tracking.url), \(request.actor.text), \(request.key),
                sha256(convert_to(\(request.spelling)::text, 'UTF8')))
            """,
            """
            INSERT INTO shipment_items (shipment_id, sku, product_id, quantity)
            SELECT \(id)::uuid, *
              FROM unnest(\(plan.items.map(\.sku))::text[], \(plan.items.map(\.productID))::uuid[],
                          \(plan.items.map { Int64($0.quantity) })::integer[])
            """,
        ]
    }

    /// Adds the email that tells the customer, where there is an address, and answers its job.
    private static func write(
        _ kind: EmailKind, about id: Shipment.ID, to entry: LockedOrders.Entry, _ writes: inout CheckedWrites
    ) throws -> [PendingJob] {
        guard let email = entry.email else { return [] }
        let pending = PendingEmail(orderID: entry.facts.orderID, kind: kind, shipmentID: id, recipient: email)
        let jobs = [try pending.job()]
        writes.add(PendingEmail.insertion([pending]))
        writes.add(jobs)
        return jobs
    }

    private static func audit(
        _ action: String, _ id: Shipment.ID, _ orderID: Order.ID, _ actor: AuditActor, _ remoteAddress: String?,
        _ details: [String: String]
    ) throws -> SQL {
        try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: action, subjectKind: "order", subjectID: orderID.description,
                remoteAddress: remoteAddress, details: details.merging(["shipment": id.description]) { $1 }))
    }
}
