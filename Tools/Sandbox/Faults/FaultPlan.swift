/// The faults in force, the latency of payment calls and their limit. A value; chance and time come from outside.
struct FaultPlan: Sendable, Equatable {
    /// How long payment calls take.
    var latency = Latency.fixed(0)
    /// How long some of them take instead.
    var latencies: [PaymentOperation: Latency] = [:]
    /// What counts them; nil lets all through.
    var limiter: RateLimiter?
    private(set) var rules: [FaultRule] = []

    init(latency: Latency = .fixed(0), limit: RateLimit? = nil, rules: [FaultRule] = []) {
        self.latency = latency
        limiter = limit.map(RateLimiter.init)
        self.rules = rules
    }

    /// Puts what an order gives in force; the rest stays.
    mutating func follow(_ order: FaultOrder) {
        latency = order.latency ?? latency
        latencies = order.latencies ?? latencies
        rules = order.faults ?? rules
        if let limit = order.rateLimit {
            limiter = limit.perEndpoint == nil && limit.total == nil ? nil : RateLimiter(limit)
        }
    }

    /// Puts one more fault in force.
    mutating func add(_ rule: FaultRule) {
        rules.append(rule)
    }

    /// Milliseconds that one payment call takes.
    func latency(of operation: PaymentOperation, using chance: inout some RandomNumberGenerator) -> Int {
        (latencies[operation] ?? latency).draw(using: &chance)
    }

    /// The fault for a payment call: the first rule that fits and whose chance comes up. A counted rule is used up by
    /// it.
    mutating func take(_ operation: PaymentOperation, orderID: String?, using chance: inout some RandomNumberGenerator)
        -> FaultRule?
    {
        take(using: &chance) { rule in
            rule.kind.aim == .payments && (rule.endpoint == nil || rule.endpoint == operation)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    /// The fault for an email at one stage.
    /// - Parameters:
    ///   - recipients: the one just named at the recipient's stage, all of them at the content's.
    ///   - orderID: known at the content's stage only.
    mutating func take(
        _ stage: FaultRule.Stage, recipients: [String], orderID: String?, using chance: inout some RandomNumberGenerator
    ) -> FaultRule? {
        take(using: &chance) { rule in
            let isRejection = rule.kind == .reject4xx || rule.kind == .reject5xx || rule.kind == .mailRateLimited
            let ruleStage = isRejection ? rule.stage ?? .recipient : .content
            return rule.kind.aim == .mail && ruleStage == stage
                && (rule.recipient.map { recipients.contains($0) } ?? true)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    /// The fault for sending an event.
    mutating func take(_ event: EventKind, orderID: String?, using chance: inout some RandomNumberGenerator)
        -> FaultRule?
    {
        take(using: &chance) { rule in
            rule.kind.aim == .webhooks && rule.recipient == nil && (rule.event == nil || rule.event == event)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    /// The fault for sending the events of an email.
    mutating func take(eventsTo recipients: [String], orderID: String?, using chance: inout some RandomNumberGenerator)
        -> FaultRule?
    {
        take(using: &chance) { rule in
            rule.kind.aim == .webhooks && (rule.recipient.map { $0 == "*" || recipients.contains($0) } ?? false)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    private mutating func take(using chance: inout some RandomNumberGenerator, where fits: (FaultRule) -> Bool)
        -> FaultRule?
    {
        for index in rules.indices where fits(rules[index]) {
            guard Double.random(in: 0..<1, using: &chance) < rules[index].rate else { continue }
            let rule = rules[index]
            if let count = rule.count {
                if count == 1 { rules.remove(at: index) } else { rules[index].count = count - 1 }
            }
            return rule
        }
        return nil
    }
}

/// How one payment call is treated.
struct PaymentTreatment: Sendable {
    var fault: FaultRule?
    /// Milliseconds before it runs.
    var latency = 0
    /// Whether it is one too many.
    var isBeyondLimit = false
}
