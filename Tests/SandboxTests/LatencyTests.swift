import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("Calls take as long as they were told to")
struct LatencyTests {
    private func read(_ json: String) throws -> Latency {
        try JSONDecoder().decode(Latency.self, from: Data(json.utf8))
    }

    @Test("a spread has its median and its tail")
    func aSpreadHasItsMedianAndItsTail() throws {
        let latency = try read(#"{"median_ms":100,"p99_ms":1000}"#)
        var chance = SystemRandomNumberGenerator()
        let drawn = (0..<20_000).map { _ in latency.draw(using: &chance) }.sorted()
        // Each bound is more than six standard deviations of its quantile away.
        #expect((93...108).contains(drawn[10_000]))
        #expect((850...1_180).contains(drawn[19_800]))
        #expect(drawn.allSatisfy { (0...Latency.longest).contains($0) })
    }

    @Test("a fixed latency is fixed")
    func aFixedOneIsFixed() throws {
        var chance = SystemRandomNumberGenerator()
        #expect(try read(#"{"ms":300}"#).draw(using: &chance) == 300)
        #expect(try read(#"{"median_ms":7,"p99_ms":7}"#).draw(using: &chance) == 7)
    }

    @Test(
        "nonsense is refused",
        arguments: [
            "{}", #"{"ms":-1}"#, #"{"ms":60001}"#, #"{"median_ms":5}"#, #"{"median_ms":5,"p99_ms":4}"#,
            #"{"median_ms":0,"p99_ms":4}"#,
            #"{"ms":1,"median_ms":1,"p99_ms":2}"#,
        ])
    func nonsenseIsRefused(_ json: String) {
        #expect(throws: FaultError.self) { try read(json) }
    }

    @Test("endpoints may differ")
    func endpointsDiffer() async throws {
        try await RunningSandbox.run { sandbox in
            let order = #"{"latency":{"median_ms":1,"p99_ms":2},"latencies":{"confirm":{"ms":3000}}}"#
            let set = try await sandbox.setFaults(order)
            #expect(set.status == 200 && set.number("latency_ms") == 1)
            #expect((set.object["latencies"] as? [String: [String: Int]]) == ["confirm": ["ms": 3000]])
            let start = ContinuousClock.now
            let id = try await sandbox.intent()
            let created = ContinuousClock.now
            _ = try await sandbox.confirm(id)
            #expect(created - start < .seconds(3) && ContinuousClock.now - created >= .seconds(3))
            #expect(try await sandbox.setFaults(#"{"latencies":{"nothing":{"ms":1}}}"#).status == 400)
            #expect(try await sandbox.setFaults(#"{"latency_ms":1,"latency":{"ms":1}}"#).status == 400)
            let cleared = try await sandbox.send("DELETE", "/_sandbox/faults")
            #expect(
                (cleared.object["latencies"] as? [String: Any])?.isEmpty == true && cleared.number("latency_ms") == 0)
        }
    }
}
