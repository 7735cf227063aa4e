import Foundation
import Postgres
import TestSupport
import Testing

/// Random rounds: customers buy, call off and want money back, the provider fails at random, and processes are killed
/// at random moments. Afterwards everything must add up.
///
///     MONEY_SEED=4711 MONEY_ROUNDS=1 make test FILTER=EndToEndTests.SweepTests    plays a round again
///     Scripts/test-money --rounds 200 --times 3                                   plays many, and prints the table of
///     docs/guarantees.md
@Suite("Whatever happens at whatever moment: the money adds up", .serialized)
struct SweepTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["MONEY_ROUNDS"].flatMap(Int.init) ?? Chaos.scale(4, full: 200)
    private static let firstSeed = environment["MONEY_SEED"].flatMap(UInt64.init) ?? .random(in: 1...1_000_000_000)
    /// As many rounds one shop lives.
    private static let roundsPerShop = 10

    @Test("the money adds up after random faults and kills")
    func theMoneyAddsUp() async throws {
        let began = ContinuousClock.now
        var count = MoneyCount()
        let rounds = (0..<UInt64(Self.rounds)).map { MoneyRound(seed: Self.firstSeed &+ $0) }
        // Whether webhooks are sent is a matter of the whole shop.
        for hasWebhooks in [true, false] {
            var waiting = rounds.filter { $0.hasWebhooks == hasWebhooks }[...]
            while !waiting.isEmpty {
                try await play(Array(waiting.prefix(Self.roundsPerShop)), &count)
                waiting = waiting.dropFirst(Self.roundsPerShop)
            }
        }
        #expect(count.dead == 0)
        #expect(count.mostCharges <= 1)
        #expect(count.differences.isEmpty)
        #expect(count.emails == count.confirmed)
        #expect(count.initial == count.onHand + count.sold)
        let row = count.row(seed: Self.firstSeed, seconds: Int((ContinuousClock.now - began).components.seconds))
        print(MoneyCount.head + "\n" + row)
        guard let path = Self.environment["MONEY_REPORT"], let report = FileHandle(forWritingAtPath: path) else {
            return
        }
        let isNew = try report.seekToEnd() == 0
        try report.write(contentsOf: Data(((isNew ? MoneyCount.head + "\n" : "") + row + "\n").utf8))
    }

    private func play(_ rounds: [MoneyRound], _ count: inout MoneyCount) async throws {
        let settings = ["EMAIL_OUTCOME_TIMEOUT_SECONDS": "1", "SANDBOX_LATER_MS": "600"]
        var total = count
        try await Shop.open(
            settings: settings, products: rounds.count * MoneyRound.products, webhooks: rounds.allSatisfy(\.hasWebhooks)
        ) { shop in
            let crew = try await Crew(shop)
            let operating = try await shop.makeOperator()
            try await eventually(within: .seconds(20), "there are rates") {
                try await shop.database.pool.query("SELECT 1 FROM rate_sets LIMIT 1").count == 1
            }
            let products = try await shop.products(limit: rounds.count * MoneyRound.products)
            for (number, round) in rounds.enumerated() {
                let shelf = Array(products[(number * MoneyRound.products)...].prefix(MoneyRound.products))
                do {
                    try await play(round, shop, crew, shelf, operating, &total)
                } catch {
                    let work = (try? await shop.describeWork()) ?? []
                    Issue.record(
                        error, "\(Self.replay(round)); faults \(round.faults); blows \(round.blows); under way: \(work)"
                    )
                    return
                }
            }
            try await total.add(shop)
            try await crew.retire()
        }
        count = total
    }

    private static func replay(_ round: MoneyRound) -> String {
        "play it again with MONEY_SEED=\(round.seed) MONEY_ROUNDS=1 make test FILTER=EndToEndTests.SweepTests"
    }

    private func play(
        _ round: MoneyRound, _ shop: Shop, _ crew: Crew, _ products: [Shop.Product], _ operating: String,
        _ count: inout MoneyCount
    ) async throws {
        try await shop.setStock(of: products[0], to: round.scarce)
        try await shop.misbehave(round.faults)
        let began = ContinuousClock.now
        // Customers may wait for as long as most of the provider's calls fail. What is promised counts from its return.
        let recovery = Task {
            try await letTimePass(.seconds(15), because: "the provider misbehaves that long")
            try await shop.misbehave(#"{"latency_ms": 0, "faults": []}"#)
        }
        defer { recovery.cancel() }
        let answers = try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                for blow in round.blows {
                    try await letTimePass(until: began + blow.at, because: "the round's plan says so")
                    try await crew.strike(blow)
                }
                return nil
            }
            for purchase in round.purchases {
                let customer = Customer(
                    shop: shop, purchase: purchase, product: products[purchase.product], operating: operating)
                group.addTask {
                    try await letTimePass(until: began + purchase.start, because: "the round's plan says so")
                    return try await customer.run()
                }
            }
            return try await group.reduce(into: [Answer]()) { if let answer = $1 { $0.append(answer) } }
        }
        count.rounds += 1
        count.sent += round.purchases.map(\.copies).reduce(0, +)
        for blow in round.blows { count.blows[blow.victim, default: 0] += 1 }
        count.faults += try await shop.faultsStruck()
        try await shop.behave()
        try await shop.waitUntilQuiet(within: .seconds(90))
        try await shop.checkEverythingAddsUp(Self.replay(round))
        try await check(answers, shop, Self.replay(round))
    }

    /// Every order that was accepted is there, and came to what its answer said.
    private func check(_ answers: [Answer], _ shop: Shop, _ replay: String) async throws {
        for answer in answers {
            guard let id = answer.orderID else {
                Issue.record("\(answer.status): \(answer.text); \(replay)")
                continue
            }
            #expect([200, 201, 202].contains(answer.status), "\(answer.text); \(replay)")
            let status = try await shop.orderStatus(id)
            #expect(status != nil && status != "pending" && status != "reserved", "\(id); \(replay)")
        }
    }
}
