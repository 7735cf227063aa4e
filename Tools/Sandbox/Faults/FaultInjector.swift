import Synchronization

/// The plan of faults that all connections share, and how often each struck.
final class FaultInjector: Sendable {
    /// Under which calls beyond the limit are counted.
    static let rateLimitName = "rate_limit"

    private struct State {
        var plan: FaultPlan
        var struck: [String: Int] = [:]

        mutating func count(_ rule: FaultRule?) -> FaultRule? {
            if let rule { struck[rule.kind.rawValue, default: 0] += 1 }
            return rule
        }
    }

    private let state: Mutex<State>
    /// What was set at start, to which clearing returns.
    private let start: FaultPlan

    init(latencyMilliseconds: Int, rateLimit: RateLimit? = nil) {
        start = FaultPlan(latency: .fixed(latencyMilliseconds), limit: rateLimit)
        state = Mutex(State(plan: start))
    }

    /// What is in force now, and how often it struck.
    var report: FaultReport { state.withLock { FaultReport($0.plan, struck: $0.struck) } }

    /// Puts other faults, another latency, another limit or all of them in force; what is nil stays.
    func set(_ order: FaultOrder) {
        state.withLock { $0.plan.follow(order) }
    }

    /// Puts one more fault in force, behind those there are.
    func add(_ rule: FaultRule) {
        state.withLock { $0.plan.add(rule) }
    }

    /// Ends all faults and returns to what was set at start.
    func clear() {
        state.withLock { $0 = State(plan: start) }
    }

    /// How a payment call is treated.
    func payment(_ operation: PaymentOperation, orderID: String?) -> PaymentTreatment {
        state.withLock { state in
            var chance = SystemRandomNumberGenerator()
            if state.plan.limiter?.admits(operation, at: .now) == false {
                state.struck[Self.rateLimitName, default: 0] += 1
                return PaymentTreatment(isBeyondLimit: true)
            }
            return PaymentTreatment(
                fault: state.count(state.plan.take(operation, orderID: orderID, using: &chance)),
                latency: state.plan.latency(of: operation, using: &chance))
        }
    }

    /// The fault for an email.
    func mail(_ stage: FaultRule.Stage, recipients: [String], orderID: String? = nil) -> FaultRule? {
        state.withLock { state in
            var chance = SystemRandomNumberGenerator()
            return state.count(state.plan.take(stage, recipients: recipients, orderID: orderID, using: &chance))
        }
    }

    /// The fault for sending an event to the shop.
    func webhook(_ event: EventKind, orderID: String?) -> FaultRule? {
        state.withLock { state in
            var chance = SystemRandomNumberGenerator()
            return state.count(state.plan.take(event, orderID: orderID, using: &chance))
        }
    }

    /// The fault for sending the events of an email to the shop.
    func mailWebhook(_ recipients: [String], orderID: String?) -> FaultRule? {
        state.withLock { state in
            var chance = SystemRandomNumberGenerator()
            return state.count(state.plan.take(eventsTo: recipients, orderID: orderID, using: &chance))
        }
    }
}
