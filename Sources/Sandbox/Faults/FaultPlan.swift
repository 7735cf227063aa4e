/// The faults in force and the latency of payment calls. A value; chance comes from outside.
struct FaultPlan: Sendable, Equatable {
    /// Added to every payment call, in milliseconds.
    var latencyMilliseconds = 0
    private(set) var rules: [FaultRule] = []

    init(latencyMilliseconds: Int = 0, rules: [FaultRule] = []) {
        self.latencyMilliseconds = latencyMilliseconds
        self.rules = rules
    }

    /// The fault for a payment call: the first rule that fits and whose chance comes up. A counted rule is used up by it.
    mutating func take(_ operation: PaymentOperation, orderID: String?, using chance: inout some RandomNumberGenerator) -> FaultRule? {
        take(using: &chance) { rule in
            rule.kind.aim == .payments && (rule.endpoint == nil || rule.endpoint == operation)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    /// The fault for a mail at one stage.
    /// - Parameters:
    ///   - recipients: the one just named at the recipient's stage, all of them at the content's.
    ///   - orderID: known at the content's stage only.
    mutating func take(
        _ stage: FaultRule.Stage, recipients: [String], orderID: String?, using chance: inout some RandomNumberGenerator
    ) -> FaultRule? {
        take(using: &chance) { rule in
            let isRejection = rule.kind == .reject4xx || rule.kind == .reject5xx
            let ruleStage = isRejection ? rule.stage ?? .recipient : .content
            return rule.kind.aim == .mail && ruleStage == stage && (rule.recipient.map { recipients.contains($0) } ?? true)
                && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    /// The fault for sending an event.
    mutating func take(_ event: EventKind, orderID: String?, using chance: inout some RandomNumberGenerator) -> FaultRule? {
        take(using: &chance) { rule in
            rule.kind.aim == .webhooks && (rule.event == nil || rule.event == event) && (rule.orderID == nil || rule.orderID == orderID)
        }
    }

    private mutating func take(using chance: inout some RandomNumberGenerator, where fits: (FaultRule) -> Bool) -> FaultRule? {
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
