import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// A change of an order: where it goes, what its history says of it, and what changes with it.
///
/// This is the only way an order changes its state. The statement is made from ``OrderStatus/transitions``: it passes
/// over an order that may not go where it is sent, and ``query(_:)`` then undoes the transaction.
struct OrderChange: Sendable {
    /// Something for the order's history.
    struct Event: Sendable {
        let kind: OrderEvent.Kind
        let reason: String?

        init(_ kind: OrderEvent.Kind, _ reason: String? = nil) {
            self.kind = kind
            self.reason = reason
        }
    }

    /// For how much longer stock stays reserved.
    ///
    /// Who tries one card after another, or never finishes what the bank asks for, keeps goods off sale: that ends a
    /// fixed time after they were reserved first. Money that is on its way keeps them, however long that takes: no
    /// call can stop it.
    struct Hold: Sendable {
        fileprivate let seconds: Double?
        fileprivate let limit: Double?

        /// For as long as before.
        static let keep = Hold(seconds: nil, limit: nil)

        /// For the shop's time from now, but not beyond its longest from the first reservation on.
        static func extend(_ settings: ShopSettings) -> Hold {
            Hold(
                seconds: settings.reservation.inSeconds,
                limit: max(settings.reservation, settings.maximumReservation).inSeconds)
        }

        /// For the shop's time from now.
        static func extendForMoney(_ settings: ShopSettings) -> Hold {
            Hold(seconds: settings.reservation.inSeconds, limit: nil)
        }
    }

    let order: Order.ID
    /// Where it goes; it stays where it is when `nil`.
    let status: OrderStatus?
    /// What is noted of it, in this order, with the state that it has then.
    let events: [Event]
    /// States that hold no stock end the hold, whatever is said here.
    var hold = Hold.keep
    var rejectionReason: String?
    /// Why its cancellation is requested, which a job then makes.
    var cancelReason: String?
    /// The job that takes it on from here.
    var checkoutJob: JobID?

    init(_ order: Order.ID, to status: OrderStatus? = nil, _ events: Event...) {
        self.order = order
        self.status = status
        self.events = events
    }

    init(_ order: Order.ID, to status: OrderStatus? = nil, _ events: [Event]) {
        self.order = order
        self.status = status
        self.events = events
    }
}

extension OrderChange {
    /// One statement for any number of changes, of different orders. Returns `id, reserved_until` of the orders that
    /// changed. The caller holds their locks.
    static func statement(_ changes: [OrderChange]) -> SQL {
        let events = changes.flatMap { change in change.events.map { (order: change.order, event: $0) } }
        let comesToNothing = changes.contains { $0.status.map(DiscountUse.endings.contains) ?? false }
        return """
            WITH change AS (
                SELECT * FROM unnest(\(changes.map(\.order))::uuid[], \(changes.map(\.status))::text[],
                                     \(changes.map(\.hold.seconds))::float8[], \(changes.map(\.hold.limit))::float8[],
                                     \(changes.map(\.rejectionReason))::text[], \(changes.map(\.cancelReason))::text[],
                                     \(changes.map(\.checkoutJob))::uuid[])
                              AS c (id, status, hold, hold_limit, rejection_reason, cancel_reason, checkout_job_id)
            ), changed AS (
                UPDATE orders AS o
                   SET status = coalesce(c.status, o.status), version = o.version + 1, updated_at = now(),
                       reserved_until = CASE
                           WHEN coalesce(c.status, o.status) NOT IN ('reserved', 'payment_failed') THEN NULL
                           WHEN c.hold IS NULL THEN o.reserved_until
                           WHEN c.hold_limit IS NULL OR o.reserved_until IS NULL
                               THEN greatest(o.reserved_until, now() + make_interval(secs => c.hold))
                           ELSE greatest(o.reserved_until, least(
                               now() + make_interval(secs => c.hold),
                               (SELECT min(e.at) FROM order_events AS e WHERE e.order_id = o.id AND e.kind = 'reserved')
                               + make_interval(secs => c.hold_limit))) END,
                       confirmed_at = CASE WHEN c.status = 'confirmed' THEN coalesce(o.confirmed_at, now())
                                           ELSE o.confirmed_at END,
                       rejection_reason = coalesce(c.rejection_reason, o.rejection_reason),
                       cancel_requested_at = CASE WHEN c.cancel_reason IS NULL THEN o.cancel_requested_at
                           ELSE now() END,
                       cancel_reason = coalesce(c.cancel_reason, o.cancel_reason),
                       checkout_job_id = coalesce(c.checkout_job_id, o.checkout_job_id)
                  FROM change AS c
                 WHERE o.id = c.id AND \(raw: OrderStatus.guarding("o.status", "c.status"))
                RETURNING o.id, o.status, o.reserved_until
            ), noted AS (
                INSERT INTO order_events (order_id, kind, status, reason)
                SELECT changed.id, e.kind, changed.status, e.reason
                  FROM unnest(\(events.map(\.order))::uuid[], \(events.map(\.event.kind))::text[],
                              \(events.map(\.event.reason))::text[])
                       WITH ORDINALITY AS e (id, kind, reason, position)
                  JOIN changed ON changed.id = e.id
                 ORDER BY e.position
            )\(comesToNothing ? DiscountUse.releasing : "")
            SELECT id, reserved_until FROM changed
            """
    }

    /// The same as a query. Reads until when each order holds its stock, and throws
    /// ``StorageError/forbiddenTransition(_:)`` unless every order changed, which undoes the transaction.
    static func query(_ changes: [OrderChange]) -> Query<[Order.ID: Date?]> {
        Query(statement(changes)) { result in
            let changed = Dictionary(
                uniqueKeysWithValues: try result.rows.map { row in
                    (try row["id"] as Order.ID, try row["reserved_until"] as Date?)
                })
            if changed.count == changes.count { return changed }
            let left = changes.filter { changed[$0.order] == nil }
                .map { "order \($0.order) to \($0.status?.rawValue ?? "where it is")" }
            throw StorageError.forbiddenTransition(left.joined(separator: ", "))
        }
    }
}

/// What happened to orders that do not change by it.
enum OrderHistory {
    /// Notes events, in this order, each with the state in which its order is now. An order that does not exist has no
    /// history.
    static func noting(_ events: [(order: Order.ID, event: OrderChange.Event)]) -> SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT o.id, e.kind, o.status, e.reason
          FROM unnest(\(events.map(\.order))::uuid[], \(events.map(\.event.kind))::text[],
                      \(events.map(\.event.reason))::text[])
               WITH ORDINALITY AS e (order_id, kind, reason, position)
          JOIN orders AS o ON o.id = e.order_id
         ORDER BY e.position
        """
    }

    /// Notes one event.
    static func noting(_ kind: OrderEvent.Kind, _ reason: String? = nil, of order: Order.ID) -> SQL {
        noting([(order, OrderChange.Event(kind, reason))])
    }

    /// Notes what a selection of `order_id, kind, reason` finds, in any order.
    ///
    /// - Parameter changes: common table expressions that the selection reads from.
    static func noting(from selection: SQL, with changes: SQL = "") -> SQL {
        """
        \(changes)
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT o.id, e.kind, o.status, e.reason
          FROM (\(selection)) AS e (order_id, kind, reason) JOIN orders AS o ON o.id = e.order_id
        """
    }
}
