import Synchronization

/// The plan of faults that all connections share.
final class FaultBoard: Sendable {
    private let plan: Mutex<FaultPlan>
    /// The latency set at start, to which clearing returns.
    private let startLatency: Int

    init(latencyMilliseconds: Int) {
        startLatency = latencyMilliseconds
        plan = Mutex(FaultPlan(latencyMilliseconds: latencyMilliseconds))
    }

    /// What is in force now.
    var current: FaultPlan { plan.withLock { $0 } }

    /// Puts other faults, another latency or both in force; what is nil stays.
    func set(_ order: FaultOrder) {
        plan.withLock { plan in
            plan = FaultPlan(latencyMilliseconds: order.latencyMilliseconds ?? plan.latencyMilliseconds, rules: order.faults ?? plan.rules)
        }
    }

    /// Ends all faults and returns to the latency set at start.
    func clear() {
        plan.withLock { $0 = FaultPlan(latencyMilliseconds: startLatency) }
    }

    /// The fault and the latency (milliseconds) for a payment call.
    func payment(_ operation: PaymentOperation, orderID: String?) -> (fault: FaultRule?, latency: Int) {
        plan.withLock { plan in
            var chance = SystemRandomNumberGenerator()
            return (plan.take(operation, orderID: orderID, using: &chance), plan.latencyMilliseconds)
        }
    }

    /// The fault for a mail.
    func mail(_ stage: FaultRule.Stage, recipients: [String], orderID: String? = nil) -> FaultRule? {
        plan.withLock { plan in
            var chance = SystemRandomNumberGenerator()
            return plan.take(stage, recipients: recipients, orderID: orderID, using: &chance)
        }
    }

    /// The fault for sending an event to the shop.
    func webhook(_ event: EventKind, orderID: String?) -> FaultRule? {
        plan.withLock { plan in
            var chance = SystemRandomNumberGenerator()
            return plan.take(event, orderID: orderID, using: &chance)
        }
    }
}
