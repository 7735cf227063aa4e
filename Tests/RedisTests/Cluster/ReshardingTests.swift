import Redis
import TestSupport
import Testing

@testable import Redis

@Suite("Slots on the move: every command runs once, wherever its key is by then")
struct ReshardingTests {
    private func count(_ redirection: String, at node: RedisServer) async throws -> Int {
        let stats = try await node.send(RedisCommand("INFO", "errorstats")).text ?? ""
        let line = stats.split(whereSeparator: \.isNewline).first { $0.hasPrefix("errorstat_\(redirection):") }
        return line?.split(separator: "=").last.flatMap { Int($0) } ?? 0
    }

    @Test("a slot that has moved is followed once and then known")
    func moved() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        _ = try await client.send(RedisCommand("SET", "{s}:k", "0"))
        let source = try await cluster.master(of: "{s}:k")
        let destination = try await cluster.master(besides: source)
        let slot = try await cluster.slot(of: "{s}:k")
        try await cluster.beginMove(slot, from: source, to: destination)
        try await cluster.endMove(slot, from: source, to: destination)
        let before = try await count("MOVED", at: source)
        for number in 1...50 { #expect(try await client.send(RedisCommand("INCR", "{s}:k")).int == number) }
        #expect(
            try await client.send((0..<50).map { _ in RedisCommand("INCR", "{s}:k") }).map(\.int) == Array(51...100))
        #expect(try await count("MOVED", at: source) == before + 1)

        // Back again, noticed by a batch.
        try await cluster.beginMove(slot, from: destination, to: source)
        try await cluster.endMove(slot, from: destination, to: source)
        #expect(
            try await client.send((0..<50).map { _ in RedisCommand("INCR", "{s}:k") }).map(\.int) == Array(101...150))
        await client.close()
    }

    @Test("in the middle of a move, keys are found on either side, with one command, a batch and a script")
    func asked() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        let keys = (0..<10).map { "{s}:\($0)" }
        for key in keys.prefix(8) { _ = try await client.send(RedisCommand("SET", .init(key), "0")) }
        let source = try await cluster.master(of: "{s}")
        let destination = try await cluster.master(besides: source)
        let slot = try await cluster.slot(of: "{s}")
        try await cluster.beginMove(slot, from: source, to: destination)
        for key in keys.prefix(4) { try await cluster.move(key: key, from: source, to: destination) }
        // Four are there, four are here, and two are new.
        for key in keys { _ = try await client.send(RedisCommand("INCR", .init(key))) }
        #expect(
            try await client.send(keys.map { RedisCommand("INCR", .init($0)) }).map(\.int)
                == Array(repeating: 2, count: 10))
        let increment = RedisScript(name: "increment", source: "return redis.call('INCR', KEYS[1])")
        for key in keys { #expect(try await client.evaluate(increment, keys: [key], arguments: []).int == 3) }
        #expect(try await count("ASK", at: source) > 0)
        #expect(try await destination.send(RedisCommand("CLUSTER", "COUNTKEYSINSLOT", .init(slot))).int == 6)

        // Keys on both sides at once: no node can run it, and the caller learns that it may try again.
        let both = RedisScript(name: "both", source: "return redis.call('INCR', KEYS[1]) + redis.call('INCR', KEYS[2])")
        let start = ContinuousClock.now
        let torn = await failure { () async throws(RedisError) in
            try await client.evaluate(both, keys: [keys[0], keys[7]], arguments: [])
        }
        #expect(torn?.code == .server("TRYAGAIN") && torn?.isTransient == true && torn?.maybeExecuted == false)
        #expect(ContinuousClock.now - start < .seconds(15))
        async let patient = client.evaluate(both, keys: [keys[0], keys[7]], arguments: [])
        try await cluster.endMove(slot, from: source, to: destination)
        #expect(try await patient.int == 8)
        await client.close()
    }

    @Test("hundreds of slots are moved under load: each increment counts once, and nobody is told of an error")
    func underLoad() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        let source = cluster.nodes[0]
        let target = try await cluster.master(besides: source)
        let resharding = try ManagedProcess.start(
            "redis-cli",
            arguments: [
                "--cluster", "reshard", "127.0.0.1:\(source.port)", "--cluster-from", try await cluster.id(of: source),
                "--cluster-to",
                try await cluster.id(of: target), "--cluster-slots", "600", "--cluster-yes",
            ])
        // More keys than slots are moved, all over the cluster.
        let rounds = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<20 {
                group.addTask { () async throws in
                    var round = 0
                    repeat {
                        round += 1
                        for number in 0..<100 {
                            let key = RedisArgument("load:\(task):\(number)")
                            if number % 10 == 0 {
                                let values = try await client.send([
                                    RedisCommand("INCR", key), RedisCommand("GET", key),
                                ])
                                #expect(values.map(\.int) == [round, round])
                            } else {
                                #expect(try await client.send(RedisCommand("INCR", key)).int == round)
                            }
                        }
                    } while resharding.isRunning && round < 1000
                    return round
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(try await resharding.waitForExit() == .code(0), "\(resharding.log.suffix(500))")
        #expect(rounds > 20)
        #expect(try await count("MOVED", at: source) > 0)
        await client.close()
    }

    @Test("a blocked pop follows its slot to the new node")
    func blocked() async throws {
        let cluster = try await RedisCluster.start()
        let configuration = try RedisConfiguration(url: cluster.url)
        let client = RedisClient(configuration, logger: quiet)
        let blocking = RedisBlockingConnection(configuration, logger: quiet)
        let source = try await cluster.master(of: "{s}")
        let destination = try await cluster.master(besides: source)
        let slot = try await cluster.slot(of: "{s}")
        async let popped = blocking.send(
            RedisCommand("BLMOVE", "{s}:from", "{s}:to", "RIGHT", "LEFT", "20"), timeout: .seconds(20))
        try await eventually("a client is blocked") { try await source.hasBlockedClient }
        try await cluster.beginMove(slot, from: source, to: destination)
        try await cluster.endMove(slot, from: source, to: destination)
        try await eventually("it is blocked there") { try await destination.hasBlockedClient }
        _ = try await client.send(RedisCommand("LPUSH", "{s}:from", "job"))
        #expect(try await popped.text == "job")
        await client.close()
        await blocking.close()
    }
}
