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
