package import Domain
package import FoundationEssentials
import Postgres

/// What a checkout job needs to know about its order.
package struct CheckoutSnapshot: Hashable, Sendable {
    package let orderID: Order.ID
    /// Its number.
    package let orderNumber: Int64
    package let status: OrderStatus
    /// Its payment; the provider's idempotency keys are made from it.
    package let paymentID: Payment.ID
    /// Where the payment stands.
    package let paymentStatus: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// The provider's intent, once stored.
    package let intentID: PaymentIntent.ID?
    /// Number of the present attempt, from 1.
    package let attempt: Int
    /// Number of the present try to make the intent, from 1. Each has a key of its own.
    package let creation: Int
    /// The payment method of the present attempt.
    package let method: String
    /// Until when stock is reserved.
    package let reservedUntil: Date?
    /// When the order was accepted.
    package let placedAt: Date
    /// How much of what is held an operator wants taken; all of it when `nil`.
    package let captureAmount: Money?
}

extension CheckoutSnapshot {
    /// The same order once its stock is reserved.
    func reserved(until time: Date) -> CheckoutSnapshot {
        CheckoutSnapshot(
            orderID: orderID, orderNumber: orderNumber, status: .reserved, paymentID: paymentID,
            paymentStatus: paymentStatus,
            amount: amount, intentID: intentID, attempt: attempt, creation: creation, method: method,
            reservedUntil: time,
            placedAt: placedAt, captureAmount: captureAmount)
    }
}

/// Orders with their payments, read under their locks: the one way all checkout transactions begin.
struct LockedOrders: Sendable {
    /// What is known of one order.
    struct Entry: Sendable {
        let facts: CheckoutSnapshot
        let email: EmailAddress?
        /// What was taken.
        let captured: Money
        /// What is held, where money is.
        let authorized: Money
        /// Whether it is known which card was charged.
        let hasCard: Bool
        /// Why a customer or an operator cancels the order, `nil` while none does.
        let cancelReason: String?
        /// Whether a sweeper ends it because the time to pay has run out.
        let isOverdue: Bool
        /// Whether any of the goods are shipped.
        let isShipped: Bool

        var isCancelRequested: Bool { cancelReason != nil }
    }

    /// What is known of these orders, without locks, in the order of their ids.
    static func snapshots(of ids: [Order.ID], in database: PostgresPool) async throws -> [CheckoutSnapshot] {
        if ids.isEmpty { return [] }
        return try await database.run(reading(ids)).entries.values.map(\.facts).sorted { $0.orderID < $1.orderID }
    }

    private static let columns =
        """
        id, number, status, email, created_at, reserved_until, cancel_reason, overdue_at IS NOT NULL AS is_overdue,
        fulfillment_status
        """

    /// By id; ids of orders that do not exist are absent.
    let entries: [Order.ID: Entry]

    /// Locks orders by id, then their payments, and reads both. A statement each, so that the second sees what the
    /// first waited for.
    static func locking(_ ids: [Order.ID]) -> QueryGroup<LockedOrders> { group(ids, "FOR NO KEY UPDATE") }

    /// The same without locks.
    static func reading(_ ids: [Order.ID]) -> QueryGroup<LockedOrders> { group(ids, "") }

    private static func group(_ ids: [Order.ID], _ lock: String) -> QueryGroup<LockedOrders> {
        QueryGroup(
            Query.rows("SELECT \(raw: columns) FROM orders WHERE id = ANY (\(ids)::uuid[]) ORDER BY id \(raw: lock)") {
                $0
            },
            Query.rows(
                """
                SELECT order_id, id, status, amount, currency, provider_intent_id, attempt, creation, method,
                       captured_amount, coalesce(authorized_amount, amount) AS authorized_amount, capture_amount,
                       card_brand
                  FROM payments WHERE order_id = ANY (\(ids)::uuid[]) ORDER BY order_id, seq \(raw: lock)
                """
            ) { $0 }
        ) { try LockedOrders(orders: $0, payments: $1) }
    }

    private init(orders: [PostgresRow], payments: [PostgresRow]) throws {
        // Of several payments the last one counts.
        let payments = Dictionary(try payments.map { (try $0["order_id"] as Order.ID, $0) }) { $1 }
        var entries: [Order.ID: Entry] = [:]
        for order in orders {
            let id: Order.ID = try order["id"]
            guard let payment = payments[id] else { throw StorageError.corrupt("order \(id) has no payment") }
            let currency: Currency = try payment["currency"]
            let facts = CheckoutSnapshot(
                orderID: id, orderNumber: try order["number"], status: try order["status"],
                paymentID: try payment["id"],
                paymentStatus: try payment["status"], amount: Money(try payment["amount"], try payment["currency"]),
                intentID: try payment["provider_intent_id"], attempt: try payment["attempt"],
                creation: try payment["creation"], method: try payment["method"],
                reservedUntil: try order["reserved_until"],
                placedAt: try order["created_at"],
                captureAmount: (try payment["capture_amount"] as Int64?).map { Money($0, currency) })
            let fulfillment: FulfillmentStatus = try order["fulfillment_status"]
            entries[id] = Entry(
                facts: facts, email: try order["email"], captured: Money(try payment["captured_amount"], currency),
                authorized: Money(try payment["authorized_amount"], currency),
                hasCard: (try payment["card_brand"] as String?) != nil,
                cancelReason: try order["cancel_reason"], isOverdue: try order["is_overdue"],
                isShipped: fulfillment != .unfulfilled)
        }
        self.entries = entries
    }
}
