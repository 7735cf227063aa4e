import Foundation
import NIOCore
import NIOPosix

@testable import Sandbox

extension RunningSandbox {
    /// Sends one HTTP request on a connection of its own.
    func send(_ method: String, _ path: String, headers: [String: String] = [:], body: String = "") async throws
        -> Reply
    {
        var text =
            """
            \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(urls.httpPort)\r\nConnection: close\r\n\
            Content-Length: \(body.utf8.count)\r\n
            """
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Reply(try await Wire.exchange(text + "\r\n" + body, port: urls.httpPort))
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send("GET", path, headers: headers)
    }

    /// A call on the payments API with a test key.
    func pay(
        _ path: String, _ form: String = "", key: String? = nil, fault: String? = nil, version: String? = nil,
        method: String = "POST"
    ) async throws -> Reply {
        var headers = ["Authorization": "Bearer sk_test_tests"]
        if method == "POST" { headers["Content-Type"] = "application/x-www-form-urlencoded" }
        headers["Idempotency-Key"] = key
        headers["X-Sandbox-Fault"] = fault
        headers["Stripe-Version"] = version
        return try await send(method, "/v1/" + path, headers: headers, body: form)
    }

    /// A new intent's id.
    func intent(amount: Int = 1999, currency: String = "usd", order: String = "order-1", more: String = "") async throws
        -> String
    {
        let reply = try await pay(
            "payment_intents",
            "amount=\(amount)&currency=\(currency)&payment_method_types[]=card&metadata[order_id]=\(order)\(more)")
        guard reply.status == 200, let id = reply.text("id") else { throw UnexpectedReply(reply: reply) }
        return id
    }

    func confirm(_ id: String, _ method: String = "pm_card_visa", key: String? = nil, fault: String? = nil) async throws
        -> Reply
    {
        try await pay("payment_intents/\(id)/confirm", "payment_method=\(method)", key: key, fault: fault)
    }

    func status(of id: String) async throws -> String? {
        try await pay("payment_intents/\(id)", method: "GET").text("status")
    }

    /// Kind and amount of every movement of money for an intent.
    func moved(_ id: String) async throws -> [String] {
        try await get("/_sandbox/ledger?intent=\(id)").objects.map { "\($0["kind"] ?? "?") \($0["amount"] ?? "?")" }
    }

    func setFaults(_ json: String) async throws -> Reply { try await send("PUT", "/_sandbox/faults", body: json) }

    struct UnexpectedReply: Error {
        let reply: Reply
    }
}

/// An HTTP answer as it arrived.
struct Reply: Sendable {
    /// 0 when the connection closed without an answer.
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ text: String) {
        let halves = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = halves[0].split(separator: "\r\n")
        status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let field = line.split(separator: ":", maxSplits: 1)
            headers[field[0].lowercased()] = field.count > 1 ? field[1].trimmingCharacters(in: .whitespaces) : ""
        }
        self.headers = headers
        body = halves.count > 1 ? String(halves[1]) : ""
    }

    var isWhole: Bool { headers["content-length"] == String(body.utf8.count) }

    /// The body as a JSON object.
    var object: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }

    /// The body as a JSON array of objects.
    var objects: [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [[String: Any]] ?? []
    }

    /// The `error` object of a refusal.
    var error: [String: Any] { object["error"] as? [String: Any] ?? [:] }

    func text(_ name: String) -> String? { object[name] as? String }

    func number(_ name: String) -> Int? { object[name] as? Int }
}

/// Raw TCP, so that a test sees exactly the bytes that arrive and where they stop.
enum Wire {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(to port: Int) async throws -> Connection {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    }

    /// Sends bytes and returns everything that comes back until the other side closes.
    static func exchange(_ text: String, port: Int) async throws -> String {
        try await connect(to: port).executeThenClose { inbound, outbound in
            // A server that hung up at once takes nothing, not even that.
            if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
            var answer = ByteBuffer()
            for try await packet in inbound { answer.writeImmutableBuffer(packet) }
            return String(buffer: answer)
        }
    }
}
