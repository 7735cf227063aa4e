import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite("A server that goes down answers what it was asked", .database(migrations: try Shop.migrations()))
struct ShutdownTests {
    private struct Counts {
        var answered = 0
        /// Connections that broke under an answer, or when an answer had come by them before.
        var broken = 0
        /// Connections that were closed before their first answer began: they stood in the kernel's queue.
        var unserved = 0
        /// Answers that said the connection ends.
        var told = 0
        var refused = 0
    }

    private final class Tally: Sendable {
        private let counts = Mutex(Counts())

        var now: Counts { counts.withLock { $0 } }

        func record(_ change: @Sendable (inout Counts) -> Void) { counts.withLock { change(&$0) } }
    }

    /// Runs the API on `port` until `body` has triggered the group's shutdown, and waits for its end.
    private func serve(_ body: @escaping @Sendable (Int, ServiceGroup) async throws -> Void) async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            let port = try FreePort.next()
            let gate = ListenerGate(logger: logger)
            let application = buildApplication(
                services: services, document: try APIDocument.load(), address: .hostname("127.0.0.1", port: port),
                linger: .milliseconds(500),
                gate: gate, logger: logger)
            let group = ServiceGroup(configuration: .init(services: [application, gate], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask {
                    try await eventually("the server listens") { (try? RawConnection(port: port)) != nil }
                    try await body(port, group)
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test("a shutdown under load breaks no connection", .timeLimit(.minutes(1)))
    func breaksNoConnectionUnderLoad()
        async throws
    {
        let tally = Tally()
        try await serve { port, group in
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for client in 0..<24 {
                    clients.addTask {
                        try await onThread { Self.keepAsking(port: port, client: client, tally) }
                    }
                }
                try await eventually("clients are busy") { tally.now.answered > 500 }
                await group.triggerGracefulShutdown()
                try await clients.waitForAll()
            }
        }
        let result = tally.now
        #expect(result.broken == 0)
        #expect(result.refused == 24)
        #expect(result.told > 0)
    }

    /// Connections arrive at every moment of the end, also between the last look at the queue and the close.
    @Test("a shutdown ends although clients connect all the time", .timeLimit(.minutes(3)))
    func clientsThatKeepConnecting() async throws {
        for _ in 1...3 {
            let tally = Tally()
            try await serve { port, group in
                try await withThrowingTaskGroup(of: Void.self) { clients in
                    // All of them begin a new connection for each request.
                    for _ in 0..<16 {
                        clients.addTask { try await onThread { Self.keepAsking(port: port, client: 1, tally) } }
                    }
                    try await eventually("clients are busy") { tally.now.answered > 300 }
                    await group.triggerGracefulShutdown()
                    try await clients.waitForAll()
                }
            }
            #expect(tally.now.broken == 0)
            #expect(tally.now.refused == 16)
        }
    }

    /// One client: asks over a connection that stays open, begins a new one when told to close, and ends when nobody
    /// listens any more.
    private static func keepAsking(port: Int, client: Int, _ tally: Tally) {
        while true {
            guard let connection = try? RawConnection(port: port) else { return tally.record { $0.refused += 1 } }
            var isOpen = true
            var hasAnswered = false
            while isOpen {
                connection.send("GET /api/v1/categories HTTP/1.1\r\nHost: a\r\n\r\n")
                do {
                    let answer = try connection.answer()
                    hasAnswered = true
                    let wasTold = answer.header("connection") == "close"
                    // Every fourth client begins a new connection for each request.
                    isOpen = !wasTold && client % 4 != 1
                    tally.record {
                        $0.answered += 1
                        if wasTold { $0.told += 1 }
                    }
                } catch {
                    let isUnserved = (error as? RawConnection.Failure) == .broken(received: 0) && !hasAnswered
                    tally.record { if isUnserved { $0.unserved += 1 } else { $0.broken += 1 } }
                    isOpen = false
                }
                if client % 3 == 0 {
                    blockThread(for: .milliseconds(20), because: "the end must find connections busy and idle")
                }
            }
        }
    }

    @Test("a waiting order is answered at once", .timeLimit(.minutes(1)))
    func answersAWaitingOrderAtOnce() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let body = Shop.order(Shop.items(anvil))
            try await serve { port, group in
                let start = ContinuousClock.now
                async let waiting = onThread {
                    let connection = try RawConnection(port: port, timeoutSeconds: 30)
                    connection.send(
                        """
                        POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                        Idempotency-Key: \(UUID())\r\n
                        """
                            + "Prefer: wait=25\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    let accepted = try connection.answer()
                    // Told to close or not, the connection serves until then.
                    if accepted.header("connection") != "close" {
                        connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                        #expect(try connection.answer().status == 200)
                    }
                    return accepted
                }
                try await eventually("the order is placed") {
                    try await !shop.database.query("SELECT 1 FROM orders WHERE guest_token_hash IS NOT NULL").isEmpty
                }
                await group.triggerGracefulShutdown()
                let answer = try await waiting
                #expect(answer.status == 202)
                #expect(start.duration(to: .now) < .seconds(10))
            }
        }
    }

    @Test("a stream of events ends, so that its client connects to another server", .timeLimit(.minutes(1)))
    func endsStreams() async throws {
        try await Shop.open { shop in
            let placed = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(try await shop.addProduct())),
                headers: [.idempotencyKey: UUID().uuidString])
            let (id, token) = (try placed.text("id"), try #require(placed.headers[.cartToken]))
            try await serve { port, group in
                let told = AsyncStream.makeStream(of: Void.self)
                async let text = onThread {
                    let connection = try RawConnection(port: port, timeoutSeconds: 40)
                    connection.send(
                        "GET /api/v1/orders/\(id)/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
                            + "X-Cart-Token: \(token)\r\n\r\n")
                    _ = try connection.received(until: "\"placed\"")
                    told.continuation.finish()
                    return connection.rest()
                }
                for await _ in told.stream {}
                await group.triggerGracefulShutdown()
                // The last chunk: the answer is whole.
                let whole = try await text
                #expect(whole.hasSuffix("0\r\n\r\n"))
            }
        }
    }
}
