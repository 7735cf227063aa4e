import PropertySupport

/// What happens in one round of the sweep: who buys what, how the provider misbehaves, and what is killed when. Drawn
/// from a seed, so that a round can be played again; its processes are scheduled anew each time.
struct MoneyRound: Sendable {
    /// What a customer wants, and does when it is there.
    struct Purchase: Sendable {
        /// Which of the shop's products.
        let product: Int
        let quantity: Int
        let method: String
        /// Nil for the shop's own.
        let currency: String?
        let isFromCart: Bool
        /// How often the client sends the order, at once and under one key.
        let copies: Int
        let start: Duration
        let sequel: Sequel
    }

    enum Sequel: Sendable {
        case nothing
        /// Calls the order off so long after it was accepted.
        case cancel(after: Duration)
        /// Once it is paid, asks for so many hundredths of it back, each time.
        case refunds([Int])
        /// Tries another card when the first is declined.
        case otherCard(String)
        /// Approves the payment at the bank, or fails to.
        case authenticate(succeeds: Bool)
    }

    enum Victim: String, Sendable, CaseIterable {
        case api, worker, sandbox, redis
        /// `FLUSHALL`
        case memory
    }

    struct Blow: Sendable {
        let victim: Victim
        let at: Duration
        /// How long it stays away.
        let absence: Duration
    }

    let seed: UInt64
    /// Whether the provider tells by itself what happens. Without, some of what cards do would never be learnt, so
    /// these are left out.
    let hasWebhooks: Bool
    /// Of the first product there is only so much.
    let scarce: Int
    let purchases: [Purchase]
    /// For `PUT /_sandbox/faults`.
    let faults: String
    /// In the order of their time.
    let blows: [Blow]

    /// Products that a round uses.
    static let products = 5

    init(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        self.seed = seed
        let hasWebhooks = Bool.random(using: &chance)
        self.hasWebhooks = hasWebhooks
        scarce = Int.random(in: 1...8, using: &chance)
        purchases = (0..<Int.random(in: 10...40, using: &chance)).map { _ in Self.purchase(hasWebhooks, &chance) }
        faults = Self.faults(hasWebhooks, &chance)
        blows = (0..<Int.random(in: 0...3, using: &chance)).map { _ in
            Blow(
                victim: Victim.allCases.randomElement(using: &chance) ?? .worker,
                at: .milliseconds(Int.random(in: 0...900, using: &chance)),
                absence: .milliseconds(Int.random(in: 0...300, using: &chance)))
        }.sorted { $0.at < $1.at }
    }

    private static func purchase(_ hasWebhooks: Bool, _ chance: inout SeededGenerator) -> Purchase {
        let (method, sequel) = payment(hasWebhooks, &chance)
        return Purchase(
            product: Int.random(in: 0..<products, using: &chance), quantity: Int.random(in: 1...3, using: &chance),
            method: method,
            currency: ["EUR", "JPY", "GBP"].randomElement(using: &chance).flatMap {
                Int.random(in: 0..<3, using: &chance) == 0 ? $0 : nil
            },
            isFromCart: Int.random(in: 0..<4, using: &chance) == 0,
            copies: Int.random(in: 0..<4, using: &chance) == 0 ? 3 : 1,
            start: .milliseconds(Int.random(in: 0...700, using: &chance)), sequel: sequel)
    }

    private static func payment(_ hasWebhooks: Bool, _ chance: inout SeededGenerator) -> (
        method: String, sequel: Sequel
    ) {
        switch Int.random(in: 0..<(hasWebhooks ? 16 : 12), using: &chance) {
        case 0: ("pm_card_visa_chargeDeclined", .nothing)
        case 1: ("pm_card_visa_chargeDeclinedInsufficientFunds", .otherCard("pm_card_mastercard"))
        case 2: ("pm_card_chargeDeclinedExpiredCard", .otherCard("pm_card_chargeDeclinedLostCard"))
        case 3, 4: ("pm_card_visa", .cancel(after: .milliseconds(Int.random(in: 0...800, using: &chance))))
        case 5: ("pm_card_mastercard", .refunds([100]))
        case 6:
            (
                "pm_card_visa",
                .refunds([Int.random(in: 1...60, using: &chance), Int.random(in: 1...60, using: &chance), 50])
            )
        case 7: ("pm_card_authenticationRequired", .authenticate(succeeds: Bool.random(using: &chance)))
        case 12: ("pm_card_pendingRefund", .refunds([30, 70]))
        case 13: ("pm_card_refundFail", .refunds([40]))
        case 14: ("pm_card_createDispute", .nothing)
        default: ("pm_card_visa", .nothing)
        }
    }

    /// Not among them: what only a person can help with (400), and what takes longer than a round (hang).
    private static func faults(_ hasWebhooks: Bool, _ chance: inout SeededGenerator) -> String {
        let kinds = [
            "drop_before", "drop_after_commit", "error_500_before", "error_500_after_commit", "slow", "409", "429",
            "truncated_body",
            "garbage",
        ]
        var rules = (0..<Int.random(in: 0...4, using: &chance)).map { _ in
            let kind = kinds.randomElement(using: &chance) ?? "slow"
            let rate = Double(Int.random(in: 5...40, using: &chance)) / 100
            let endpoint =
                ["create", "confirm", "retrieve", "refund", "cancel"].randomElement(using: &chance) ?? "confirm"
            let time = kind == "slow" ? #", "ms": \#(Int.random(in: 50...500, using: &chance))"# : ""
            return #"{"kind": "\#(kind)", "endpoint": "\#(endpoint)", "rate": \#(rate)\#(time)}"#
        }
        if Bool.random(using: &chance) {
            let kind = ["reject_4xx", "drop_after_dot", "lose_after_dot"].randomElement(using: &chance) ?? "reject_4xx"
            rules.append(#"{"kind": "\#(kind)", "rate": 0.2}"#)
        }
        if hasWebhooks {
            let kind =
                [
                    "webhook_duplicate", "webhook_reorder", "webhook_before_answer", "webhook_bad_signature",
                    "webhook_old_timestamp",
                ]
                .randomElement(using: &chance) ?? "webhook_reorder"
            rules.append(#"{"kind": "\#(kind)", "rate": 0.3}"#)
        }
        let latency = [0, 20, 120].randomElement(using: &chance) ?? 0
        let pace =
            latency == 0 ? #""latency_ms": 0"# : #""latency": {"median_ms": \#(latency), "p99_ms": \#(latency * 4)}"#
        return #"{\#(pace), "faults": [\#(rules.joined(separator: ", "))]}"#
    }
}
