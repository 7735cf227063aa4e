import Domain
import Logging
import ServiceLifecycle
import Storage

/// Holds an answer back until an order has its outcome, for clients that prefer to wait.
///
/// Messages come over Redis and may be lost, so the database is asked once a second as well. When the server goes down,
/// waiting ends at once: the order is durable, and 202 says so.
struct OrderLongPoll: Sendable {
    let orders: OrderStore
    let outcomes: OrderNotifier
    let logger: Logger

    /// The order with its outcome, or as it was last seen when the time is up.
    func outcome(of order: Order, for viewer: OrderViewer, seconds: Int) async -> Order {
        guard seconds > 0, !Self.isDecided(order) else { return order }
        let deadline = ContinuousClock.now + .seconds(seconds)
        return await cancelWhenGracefulShutdown { await follow(order, for: viewer, until: deadline) }
    }

    /// Whether it is worth waiting longer: the outcome is there, or it is the customer's turn to approve the payment.
    static func isDecided(_ order: Order) -> Bool { order.status.isOutcome || order.payment?.status == .requiresAction }

    private func follow(_ order: Order, for viewer: OrderViewer, until deadline: ContinuousClock.Instant) async -> Order
    {
        var latest = order
        while !Self.isDecided(latest), !Task.isCancelled {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            latest = await look(latest, for: viewer, atMost: min(left, .seconds(1)))
        }
        return latest
    }

    /// Listens first and looks then, so that no change falls between the two; listens on only while there is nothing to
    /// see.
    private func look(_ order: Order, for viewer: OrderViewer, atMost limit: Duration) async -> Order {
        await withTaskGroup(of: Void.self) { group in
            group.addImmediateTask { _ = await outcomes.wait(for: order.id, atMost: limit) }
            let seen = await current(order, for: viewer)
            if Self.isDecided(seen) {
                group.cancelAll()
                return seen
            }
            await group.waitForAll()
            return Task.isCancelled ? seen : await current(seen, for: viewer)
        }
    }

    private func current(_ order: Order, for viewer: OrderViewer) async -> Order {
        do {
            return try await orders.order(order.id, for: viewer) ?? order
        } catch {
            // The order is accepted whatever happens to this look; the client gets 202 and asks later.
            logger.warning(
                "an order could not be looked at", metadata: ["order_id": "\(order.id)", "error": "\(error)"])
            return order
        }
    }
}

/// Delivers changes of orders to the requests that wait for them, for as long as the server runs.
struct OutcomeListener: Service {
    let outcomes: OrderNotifier

    func run() async throws {
        await cancelWhenGracefulShutdown { await outcomes.run() }
    }
}
