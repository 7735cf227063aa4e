import Testing

@testable import Sandbox

@Suite("Calls beyond the limit are refused, and only those")
struct RateLimiterTests {
    private let start = ContinuousClock.now

    /// What becomes of calls at times after the start, in milliseconds.
    private func admitted(_ limit: RateLimit, _ calls: [(PaymentOperation, Int)]) -> [Bool] {
        var limiter = RateLimiter(limit)
        return calls.map { limiter.admits($0.0, at: start + .milliseconds($0.1)) }
    }

    @Test("a second's worth goes at once, then one by one")
    func aSecondsWorthAtOnceThenOneByOne() {
        let limit = RateLimit(perEndpoint: 4, total: nil)
        let atOnce = Array(repeating: (PaymentOperation.create, 0), count: 6)
        let later = [(PaymentOperation.confirm, 0), (.create, 249), (.create, 251), (.create, 260)]
        #expect(
            admitted(limit, atOnce + later) == [true, true, true, true, false, false] + [true, false, true, false])
        let idle = atOnce + Array(repeating: (.create, 60_000), count: 5)
        #expect(
            admitted(limit, idle).suffix(5) == [true, true, true, true, false], "no more than a second's worth is saved"
        )
    }

    @Test("all endpoints share one limit too")
    func allTogether() {
        let calls = [(PaymentOperation.create, 0), (.create, 0), (.create, 0), (.confirm, 0), (.confirm, 0)]
        // The third exceeds the endpoint's limit and uses nothing up, the fifth that of all.
        #expect(admitted(RateLimit(perEndpoint: 2, total: 3), calls) == [true, true, false, true, false])
    }

    @Test("refusals move no money and keep no key")
    func refusalsMoveNoMoneyAndKeepNoKey() async throws {
        try await RunningSandbox.run(settings: { $0.rateLimit = RateLimit("2") }) { sandbox in
            let (one, two) = (try await sandbox.intent(), try await sandbox.intent())
            let refused = try await sandbox.pay("payment_intents", "amount=100&currency=usd", key: "k")
            #expect(refused.status == 429 && refused.error["code"] as? String == "rate_limit")
            #expect(refused.headers["retry-after"] == "1" && refused.headers["stripe-should-retry"] == "true")
            #expect(try await sandbox.confirm(one).status == 200)
            let report = try await sandbox.get("/_sandbox/faults")
            #expect((report.object["struck"] as? [String: Int]) == ["rate_limit": 1])
            #expect((report.object["rate_limit"] as? [String: Int]) == ["per_endpoint": 2])
            #expect(try await sandbox.setFaults(#"{"rate_limit":{}}"#).object["rate_limit"] == nil)
            for _ in 0..<10 { #expect(try await sandbox.pay("payment_intents/\(two)", method: "GET").status == 200) }
            #expect(try await sandbox.pay("payment_intents", "amount=100&currency=usd", key: "k").status == 200)
            #expect(try await sandbox.setFaults(#"{"rate_limit":{"total":0}}"#).status == 400)
            #expect(
                try await sandbox.send("DELETE", "/_sandbox/faults").object["rate_limit"] != nil, "back to the start's")
        }
    }

    @Test("the limits come from the settings")
    func settings() {
        #expect(RateLimit("25") == RateLimit(perEndpoint: 25, total: nil))
        #expect(RateLimit("25/100") == RateLimit(perEndpoint: 25, total: 100))
        for wrong in ["", "x", "0", "25/", "1/2/3", "-1", "1/0"] { #expect(RateLimit(wrong) == nil, "\(wrong)") }
    }
}
