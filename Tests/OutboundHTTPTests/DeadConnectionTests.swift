import OutboundHTTP
import TestSupport
import Testing

@Suite("A pooled connection that dies is not silently used for a second charge", .timeLimit(.minutes(1)))
struct DeadConnectionTests {
    /// Answers the first request of the first connection, drops that connection at the second, and answers on every
    /// later one.
    private func dropper(_ log: ScriptLog<ScriptedRequest>) throws -> ScriptedServer {
        try ScriptedServer { peer in
            log.note(try peer.readRequest())
            try peer.answer(200, "connection \(peer.number)")
            guard peer.number == 1 else { return }
            log.note(try peer.readRequest())
        }
    }

    @Test("without an idempotency key it is reported, not repeated")
    func reported() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try dropper(log)
        let error = try await withClient { client in
            _ = try await client.send(OutboundRequest(url: server.url))
            return try await failure {
                try await client.send(OutboundRequest(method: "POST", url: server.url, body: Array("charge".utf8)))
            }
        }
        #expect(error.certainty == .ambiguous)
        #expect(log.entries.filter { $0.method == "POST" }.count == 1)
    }

    @Test("with an idempotency key it is repeated on a new connection")
    func repeated() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try dropper(log)
        let response = try await withClient { client in
            _ = try await client.send(OutboundRequest(url: server.url))
            return try await client.send(
                OutboundRequest(
                    method: "POST", url: server.url, headers: ["Idempotency-Key": "k"], body: Array("charge".utf8)))
        }
        #expect(String(decoding: response.body, as: UTF8.self) == "connection 2")
        #expect(log.entries.filter { $0.method == "POST" }.map(\.body) == ["charge", "charge"])
    }

    @Test("a bodyless POST without a key never takes a used connection")
    func bodyless() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try dropper(log)
        try await withClient { client in
            _ = try await client.send(OutboundRequest(url: server.url))
            let response = try await client.send(OutboundRequest(method: "POST", url: server.url))
            #expect(response.status == 200)
        }
        #expect(log.entries.filter { $0.method == "POST" }.count == 1)
    }

    @Test("when the repetition cannot connect, the first copy still counts: ambiguous")
    func repetitionFails() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let box = ScriptLog<@Sendable () -> Void>()
        let server = try ScriptedServer { peer in
            log.note(try peer.readRequest())
            try peer.answer(200)
            log.note(try peer.readRequest())
            // Gone altogether: this connection, and whoever would accept the next.
            box.entries.first?()
        }
        box.note { server.stop() }
        let error = try await withClient { client in
            _ = try await client.send(OutboundRequest(url: server.url))
            return try await failure {
                try await client.send(
                    OutboundRequest(method: "POST", url: server.url, headers: ["Idempotency-Key": "k"], body: [1]))
            }
        }
        #expect(error.code == .connect)
        #expect(error.certainty == .ambiguous)
        #expect(log.entries.count == 2)
    }
}
