import Domain
import Logging
import ServiceLifecycle
import Storage

/// Follows payments that wait for the customer's bank or for the provider: reads each from time to time and settles
/// what has become of it.
/// So an approved payment confirms its order although no message of the provider ever arrives.
struct UndecidedPaymentSweep: Service {
    let store: CheckoutStore
    let checkouts: CheckoutBatches
    let payments: any PaymentProvider
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: interval, log: logger, "follow undecided payments") {
            try await sweep()
        }
    }

    /// Looks up, side by side, one batch of the payments that are due.
    func sweep() async throws {
        let undecided = try await store.claimUndecided()
        await withDiscardingTaskGroup { group in
            for facts in undecided { group.addTask { await follow(facts) } }
        }
    }

    private func follow(_ facts: CheckoutSnapshot) async {
        guard let id = facts.intentID else { return }
        do {
            let intent = try await payments.retrieve(id)
            _ = try await checkouts.settle(PaymentUpdate(orderID: facts.orderID, intent: intent, source: .reconciler))
        } catch {
            // That the provider is away is said once, by whoever notices.
            if case PaymentFailure.unavailable = error { return }
            if Task.isCancelled { return }
            logger.warning(
                "could not look a payment up", metadata: ["order_id": "\(facts.orderID)", "error": "\(error)"])
        }
    }
}
