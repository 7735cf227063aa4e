import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite(
    "Clients follow their orders by server-sent events", .database(migrations: try Shop.migrations()),
    .timeLimit(.minutes(2)))
struct OrderEventStreamTests {
    private struct Placed: Sendable {
        let id: Order.ID
        let token: String
    }

    private func place(_ shop: Shop) async throws -> Placed {
        let answer = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(try await shop.addProduct())),
            headers: [.idempotencyKey: UUID().uuidString])
        return Placed(
            id: try #require(Order.ID(try answer.text("id"))), token: try #require(answer.headers[.cartToken]))
    }

    private func follow(_ order: Placed, port: Int, _ headers: String = "") throws -> RawConnection {
        let connection = try RawConnection(port: port, timeoutSeconds: 30)
        connection.send(
            "GET /api/v1/orders/\(order.id)/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
                + "X-Cart-Token: \(order.token)\r\n\(headers)\r\n")
        return connection
    }

    /// Writes an event, as another process does: the server hears of it by a message or finds it by itself.
    private func happen(_ kind: String, to order: Placed, _ shop: Shop, isTold: Bool) async throws {
        try await shop.database.execute(
            """
            INSERT INTO order_events (order_id, kind, status) VALUES (\(order.id), \(kind), 'pending')
            """)
        if isTold { await shop.services.notifier.publish([order.id]) }
    }

    private func sequences(of order: Placed, _ shop: Shop) async throws -> [Int] {
        try await shop.database.query(
            "SELECT sequence FROM order_events WHERE order_id = \(order.id) ORDER BY sequence"
        ).map { try $0["sequence"] }
    }

    @Test("a stream tells what has happened and then what happens, each event once", arguments: [true, false])
    func tells(isTold: Bool) async throws {
        try await Shop.open { shop in
            let order = try await place(shop)
            let port = try #require(shop.client.port)
            async let told = onThread {
                let connection = try follow(order, port: port)
                _ = try connection.received(until: "\"placed\"")
                return try connection.received(until: "\"email_sent\"")
            }
            try await letTimePass(.milliseconds(200), because: "the stream has told the first event by then")
            try await happen("email_sent", to: order, shop, isTold: isTold)
            let text = try await told
            let head = text.lowercased()
            #expect(head.hasPrefix("http/1.1 200"))
            #expect(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-store"))
            #expect(text.contains("retry: 2000\n\n"))
            #expect(text.components(separatedBy: "\"placed\"").count == 2)
            #expect(text.components(separatedBy: "\"email_sent\"").count == 2)
            let ids = text.components(separatedBy: "id: ").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
            #expect(ids == (try await sequences(of: order, shop)))
        }
    }

    @Test("a client that connects again gets what it has not seen, by the header before the query")
    func resumes() async throws {
        try await Shop.open { shop in
            let order = try await place(shop)
            try await happen("email_sent", to: order, shop, isTold: false)
            let port = try #require(shop.client.port)
            let sequences = try await sequences(of: order, shop)
            let text = try await onThread {
                try follow(order, port: port, "Last-Event-ID: \(sequences[0])\r\n").received(until: "email_sent")
            }
            #expect(text.contains("id: \(sequences[1])\n") && !text.contains("placed"))
        }
    }

    @Test(
        "a wrong Last-Event-ID is refused",
        arguments: ["-1", "x", "", "1.5", "99999999999999999999", "1\r\nLast-Event-ID: 2"])
    func wrongID(field: String) async throws {
        try await Shop.open { shop in
            let order = try await place(shop)
            let port = try #require(shop.client.port)
            let answer = try await onThread {
                try follow(order, port: port, "Last-Event-ID: \(field)\r\n").answer()
            }
            #expect(answer.status == 422)
        }
    }

    @Test("others' orders are not found, and without a token a client is asked who it is")
    func others() async throws {
        try await Shop.open { shop in
            let (mine, theirs) = (try await place(shop), try await place(shop))
            let accept: HTTPFields = [.accept: "text/event-stream"]
            var fields = accept
            fields[.cartToken] = mine.token
            #expect(try await shop.send(.get, "/orders/\(theirs.id)/events", headers: fields).status == 404)
            #expect(try await shop.send(.get, "/orders/\(theirs.id)/events", headers: accept).status == 401)
        }
    }

    @Test("a server takes so many streams, and a place is free again when its stream is over or never begins")
    func places() async throws {
        try await Shop.open { shop in
            let order = try await place(shop)
            let streams = OrderEventStreams(
                orders: shop.services.orders, notifier: shop.services.notifier, bounds: .init(streams: 2),
                logger: Logger(label: "test") { _ in SilentLog() })
            func open() throws -> Response {
                try streams.response(of: order.id, for: .staff, after: 0, beginningWith: [])
            }
            var taken = [try open(), try open()]
            #expect(throws: Problem.self) { try open() }
            taken.removeLast()
            taken.append(try open())
            #expect(throws: Problem.self) { try open() }
            taken = []
            _ = try open()
        }
    }
}
