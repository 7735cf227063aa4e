import Testing

@testable import Redis

@Suite("Watching sentinels: the newest word counts, an old one does not")
struct MasterWatchTests {
    let start = ContinuousClock.now
    private let service = SentinelService(sentinels: [.tcp(host: "s", port: 1)], name: "shop")
    private let a = Endpoint.tcp(host: "10.0.0.1", port: 6379)
    private let b = Endpoint.tcp(host: "10.0.0.2", port: 6380)

    private func watch(connected: Bool = true) -> MasterWatch {
        var watch = MasterWatch(service, patience: .seconds(1), silence: .seconds(2), at: start)
        if connected { connect(&watch) }
        return watch
    }

    /// Connects and takes all it has to say.
    @discardableResult
    private func connect(_ watch: inout MasterWatch) -> [String] {
        watch.connected(at: start)
        var said: [String] = []
        while let bytes = watch.nextOutgoing(at: start) {
            said.append(
                String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").filter {
                    !"*$".contains($0.first ?? " ")
                }.joined(
                    separator: " "))
        }
        return said
    }

    private func text(_ words: String...) -> RedisValue { .array(words.map { .string(Array($0.utf8)) }) }

    private func answer(_ watch: inout MasterWatch, _ endpoint: Endpoint, epoch: Int) throws(RedisError) {
        guard case .tcp(let host, let port) = endpoint else { return }
        try watch.received(text(host, "\(port)"), at: start)
        try watch.received(
            text("name", "shop", "flags", "master", "config-epoch", "\(epoch)", "quorum", "2"), at: start)
    }

    private func published(_ payload: String, on channel: String = "+switch-master") -> RedisValue {
        text("message", channel, payload)
    }

    @Test("it asks and subscribes in one breath, on each connection again")
    func asks() {
        var watch = watch(connected: false)
        let all = ["SENTINEL GET-MASTER-ADDR-BY-NAME shop", "SENTINEL MASTER shop", "SUBSCRIBE +switch-master"]
        #expect(connect(&watch) == all)
        watch.lost(RedisError(code: .connectionLost, message: ""), at: start)
        #expect(connect(&watch) == all)
    }

    @Test("the answer names the master once its epoch is known")
    func answers() throws {
        var watch = watch()
        #expect(watch.master == nil)
        try watch.received(text("10.0.0.1", "6379"), at: start)
        #expect(watch.master == nil)
        try watch.received(text("name", "shop", "config-epoch", "3"), at: start)
        #expect(watch.master == a)
        try watch.received(text("subscribe", "+switch-master"), at: start)
        #expect(watch.master == a)
    }

    @Test("a fail-over that is published moves it; another service's, another channel's and a garbled one do not")
    func hears() throws {
        var watch = watch()
        try answer(&watch, a, epoch: 1)
        for other in [
            published("other 10.0.0.1 6379 10.0.0.2 6380"), published("shop 10.0.0.1 6379 10.0.0.2 6380", on: "+sdown"),
            published("shop 10.0.0.1 6379 10.0.0.2"), published("shop 10.0.0.1 6379 10.0.0.2 x"),
            published("shop 10.0.0.1 6379 10.0.0.2 0"),
            .status("PONG"), .error("NOPERM"),
        ] {
            try watch.received(other, at: start)
            #expect(watch.master == a)
        }
        try watch.received(published("shop 10.0.0.1 6379 10.0.0.2 6380"), at: start)
        #expect(watch.master == b)
    }

    @Test(
        "a sentinel that missed a fail-over is passed over while the master is good, and believed when it is in doubt")
    func outdated() throws {
        var watch = watch()
        try answer(&watch, b, epoch: 5)
        connect(&watch)
        #expect(throws: RedisError.self) { try answer(&watch, a, epoch: 4) }
        #expect(watch.master == b)
        // The same master under an older epoch is no contradiction, and does not lower the bar.
        connect(&watch)
        try answer(&watch, b, epoch: 4)
        connect(&watch)
        #expect(throws: RedisError.self) { try answer(&watch, a, epoch: 4) }
        watch.doubt()
        #expect(watch.master == nil)
        connect(&watch)
        try answer(&watch, a, epoch: 3)
        #expect(watch.master == a)
    }

    @Test("a newer answer moves it, and so does one whose epoch is kept secret")
    func newer() throws {
        var watch = watch()
        try answer(&watch, a, epoch: 1)
        connect(&watch)
        try answer(&watch, b, epoch: 2)
        #expect(watch.master == b)
        connect(&watch)
        try watch.received(text("10.0.0.1", "6379"), at: start)
        try watch.received(.error("NOPERM no"), at: start)
        #expect(watch.master == a)
    }

    @Test("a master that is unknown, an error and nonsense end the connection, so that the next sentinel is asked")
    func refusals() {
        for (value, reason) in [
            (RedisValue.null, "no master called 'shop'"), (.error("ERR unknown command"), "ERR unknown command"),
            (text("10.0.0.1"), "no master"), (text("10.0.0.1", "0"), "no master"), (text("", "6379"), "no master"),
        ] {
            var watch = watch()
            let error = #expect(throws: RedisError.self) { try watch.received(value, at: start) }
            #expect(error?.code == .connectFailed && error?.message.contains(reason) == true)
            #expect(watch.master == nil)
        }
    }

    @Test("a sentinel that does not answer in time, or falls silent later, is given up")
    func silence() throws {
        var late = watch()
        #expect(late.nextDeadline == start + .seconds(1))
        try late.check(at: start + .milliseconds(999), isReady: true)
        #expect(throws: RedisError.self) { try late.check(at: start + .seconds(1), isReady: true) }

        var silent = watch()
        try answer(&silent, a, epoch: 1)
        #expect(silent.nextDeadline == start + .seconds(2))
        #expect(silent.nextOutgoing(at: start + .seconds(2)) == RedisCommand("PING").encoded)
        try silent.check(at: start + .milliseconds(3999), isReady: true)
        #expect(throws: RedisError.self) { try silent.check(at: start + .seconds(4), isReady: true) }
        silent.lost(RedisError(code: .timeout, message: ""), at: start + .seconds(4))
        #expect(silent.nextDeadline == nil)
        #expect(silent.master == a, "that the sentinel is gone says nothing of the master")
    }
}
