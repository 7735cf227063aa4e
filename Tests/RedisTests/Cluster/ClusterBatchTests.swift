import Testing

@testable import Redis

@Suite("Batches over a cluster: every command gets its own answer, whatever way it took")
struct ClusterBatchTests {
    private let a = Endpoint.tcp(host: "a", port: 1)
    private let b = Endpoint.tcp(host: "b", port: 2)
    private let nobody = RedisError(code: .connectFailed, message: "nobody")

    /// Even slots are a's, odd ones b's; a also takes what any node takes.
    private func owner(_ slot: Int?) -> Endpoint? { (slot ?? 0) % 2 == 0 ? a : b }

    private func indices(_ parts: [ClusterBatch.Part]) -> [Endpoint: [Int]] {
        Dictionary(uniqueKeysWithValues: parts.map { ($0.endpoint, $0.items.map(\.index)) })
    }

    private func reply(_ part: ClusterBatch.Part) -> [RedisValue] { part.items.map { .integer(Int64($0.index)) } }

    @Test("each node gets its commands in order; one without a key goes along with the one before it")
    func splits() throws {
        var batch = ClusterBatch(slots: [nil, 2, 1, nil, 4, 3])
        let parts = batch.parts(owner: owner, reason: { nobody })
        #expect(indices(parts) == [a: [0, 1, 4], b: [2, 3, 5]])
        for part in parts { batch.answered(part, reply(part)) }
        #expect(batch.isDone)
        #expect(try batch.result().map(\.int) == [0, 1, 2, 3, 4, 5])
    }

    @Test("redirected commands go where they are sent, with ASKING on demand; a command's own error is an answer")
    func redirects() throws {
        var batch = ClusterBatch(slots: [0, 0, 0, 0])
        let first = batch.parts(owner: owner, reason: { nobody })
        batch.answered(first[0], [.error("MOVED 0 b:2"), .integer(1), .error("ASK 0 b:2"), .error("WRONGTYPE no")])
        #expect(!batch.isDone)
        #expect(
            batch.refusals == [
                .init(redirection: .moved(slot: 0, to: b), from: a), .init(redirection: .ask(b), from: a),
            ])
        let second = batch.parts(owner: owner, reason: { nobody })
        #expect(indices(second) == [b: [0, 2]])
        let commands = (0..<4).map { RedisCommand("GET", .init($0)) }
        #expect(second[0].commands(of: commands).map(\.name) == ["GET", "ASKING", "GET"])
        batch.answered(second[0], [.integer(0), .status("OK"), .integer(2)])
        #expect(batch.isDone && batch.refusals.isEmpty)
        #expect(try batch.result() == [.integer(0), .integer(1), .integer(2), .error("WRONGTYPE no")])
    }

    @Test("a part that could not be sent is sent again, by the map of then")
    func unsent() throws {
        var batch = ClusterBatch(slots: [0, 1])
        let parts = batch.parts(owner: owner, reason: { nobody })
        for part in parts {
            if part.endpoint == a { try batch.failed(part, nobody) } else { batch.answered(part, reply(part)) }
        }
        #expect(batch.refusals == [.init(redirection: .later, from: a)])
        let again = batch.parts(owner: { _ in b }, reason: { nobody })
        #expect(indices(again) == [b: [0]])
        batch.answered(again[0], reply(again[0]))
        #expect(try batch.result().map(\.int) == [0, 1])
    }

    @Test(
        "a part that may have been executed fails the whole; so does one never sent, when other parts were executed",
        arguments: [true, false])
    func uncertain(otherPartFirst: Bool) throws {
        var batch = ClusterBatch(slots: [0, 1])
        let parts = batch.parts(owner: owner, reason: { nobody })
        if otherPartFirst { batch.answered(parts[1], reply(parts[1])) }
        let error = #expect(throws: RedisError.self) {
            try batch.failed(parts[0], RedisError(code: .overloaded, message: ""))
        }
        #expect(error?.maybeExecuted == otherPartFirst)
        let lost = #expect(throws: RedisError.self) {
            try batch.failed(parts[0], RedisError(code: .connectionLost, message: "", maybeExecuted: true))
        }
        #expect(lost?.maybeExecuted == true)
    }

    @Test("when time is up, the last refusal is the answer; what nobody took fails with the reason")
    func timeIsUp() throws {
        var refused = ClusterBatch(slots: [0])
        let part = refused.parts(owner: owner, reason: { nobody })[0]
        refused.answered(part, [.error("CLUSTERDOWN no")])
        #expect(!refused.isDone)
        #expect(try refused.result() == [.error("CLUSTERDOWN no")])

        var stranded = ClusterBatch(slots: [0, 1])
        let parts = stranded.parts(owner: { $0 == 0 ? a : nil }, reason: { nobody })
        #expect(indices(parts) == [a: [0]])
        stranded.answered(parts[0], reply(parts[0]))
        #expect(stranded.refusals == [.init(redirection: .later, from: nil)])
        let error = #expect(throws: RedisError.self) { try stranded.result() }
        #expect(error == nobody.maybeExecuted(true))
    }

    @Test("a large batch keeps its order through any number of rounds")
    func large() throws {
        var batch = ClusterBatch(slots: (0..<1000).map { $0 })
        var rounds = 0
        while !batch.isDone {
            rounds += 1
            for part in batch.parts(owner: owner, reason: { nobody }) {
                // Each round only every third command is answered.
                batch.answered(
                    part,
                    part.items.map { ($0.index + rounds) % 3 == 0 ? .integer(Int64($0.index)) : .error("TRYAGAIN") })
            }
            #expect(rounds < 10)
        }
        #expect(rounds == 3)
        #expect(try batch.result().map(\.int) == Array(0..<1000))
    }
}
