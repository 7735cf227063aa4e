import OutboundHTTP
import TestSupport
import Testing

@Suite("Cancelling and closing end what is running", .timeLimit(.minutes(1)))
struct CancellationTests {
    @Test("a cancelled task gets its failure at once and its connection is closed")
    func cancel() async throws {
        let arrived = OneTimeSignal()
        let closed = OneTimeSignal()
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            arrived.fire()
            peer.waitForClose()
            closed.fire()
        }
        try await withClient { client in
            let call = Task {
                try await client.send(OutboundRequest(method: "POST", url: server.url, body: [1]))
            }
            await arrived.wait()
            call.cancel()
            let error = try await failure { try await call.value }
            #expect(error.code == .canceled)
            #expect(error.certainty == .ambiguous)
            await closed.wait()
        }
    }

    @Test("a task cancelled beforehand sends nothing")
    func cancelledBefore() async throws {
        let server = try ScriptedServer { peer in try peer.answer(200) }
        try await withClient { client in
            let go = OneTimeSignal()
            let call = Task {
                await go.wait()
                return try await client.send(OutboundRequest(url: server.url))
            }
            call.cancel()
            go.fire()
            let error = try await failure { try await call.value }
            #expect(error.code == .canceled)
            #expect(error.certainty == .notSent)
        }
        #expect(server.connections == 0)
    }

    @Test("closing the client ends running calls and refuses new ones")
    func close() async throws {
        let arrived = OneTimeSignal()
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            arrived.fire()
            peer.waitForClose()
        }
        try await withClient { client in
            let call = Task { try await client.send(OutboundRequest(url: server.url)) }
            await arrived.wait()
            await client.close()
            let running = try await failure { try await call.value }
            #expect(running.code == .closed)
            #expect(running.certainty == .ambiguous)
            let later = try await failure { try await client.send(OutboundRequest(url: server.url)) }
            #expect(later.code == .closed)
            #expect(later.certainty == .notSent)
        }
    }
}
