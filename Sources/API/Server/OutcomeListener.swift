import ServiceLifecycle
import Storage

/// Delivers news about orders to the requests that wait for them, for as long as the server runs.
struct OutcomeListener: Service {
    let outcomes: OrderNotifier

    func run() async throws {
        await cancelWhenGracefulShutdown { await outcomes.run() }
    }
}
