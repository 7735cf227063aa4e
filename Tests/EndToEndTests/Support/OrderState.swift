import Postgres
import TestSupport

/// What the database says about an order and its checkout, between two steps.
struct OrderState: Equatable, CustomStringConvertible {
    /// Its status.
    var order: String
    /// Its payment's.
    var payment: String
    /// Whether the id of the provider's intent is stored.
    var hasIntent: Bool
    /// What became of the stock it wants: `none`, `held`, `consumed`, `released`.
    var stock: String
    /// State of its checkout job: `ready`, `running`, `done`.
    var job: String
    /// Started how often, deaths of its process not counted.
    var attempts = 1
    /// Deaths of processes that ran it.
    var crashes = 0
    /// Status of its confirmation email, or `none`.
    var email = "none"

    var description: String {
        """
        \(order), payment \(payment) \(hasIntent ? "with" : "without") intent, stock \(stock), \
        job \(job) \(attempts)/\(crashes), email \(email)
        """
    }
}

extension Shop {
    /// The state of an order.
    func state(of order: String) async throws -> OrderState {
        let rows = try await database.pool.query(
            """
            SELECT o.status, p.status AS payment, p.provider_intent_id IS NOT NULL AS has_intent, j.state AS job,
                   j.attempts, j.crashes,
                   coalesce((SELECT string_agg(DISTINCT state, ', ') FROM reservations WHERE order_id = o.id),
                            'none') AS stock,
                   coalesce((SELECT status FROM email_deliveries
                              WHERE order_id = o.id AND kind = 'order_confirmation'), 'none') AS email
              FROM orders AS o
              JOIN payments AS p ON p.order_id = o.id
              JOIN jobs AS j ON j.name = 'order.checkout' AND j.payload ->> 'orderID' = o.id::text
             WHERE o.id = \(order)::uuid
             ORDER BY j.id DESC
            """)
        guard let row = rows.first else { throw Failed(what: "there is no order \(order)") }
        return OrderState(
            order: try row["status"], payment: try row["payment"], hasIntent: try row["has_intent"],
            stock: try row["stock"],
            job: try row["job"], attempts: try row["attempts"], crashes: try row["crashes"], email: try row["email"])
    }

    /// The id of the only order there is, `nil` when there is none.
    func onlyOrder() async throws -> String? {
        let ids: [String] = try await database.pool.query("SELECT id::text AS id FROM orders").map { try $0["id"] }
        guard ids.count < 2 else { throw Failed(what: "there are \(ids.count) orders") }
        return ids.first
    }

    /// Waits until an order has this status.
    func wait(for status: String, of order: String, within patience: Duration = .seconds(60)) async throws {
        try await eventually(within: patience, "the order is \(status)") { try await self.orderStatus(order) == status }
    }
}
