import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("No log of a whole run holds anything of a customer or a secret", .serialized)
struct LogTests {
    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Servers as `make run` starts them, with their passwords, in a folder of their own.
    private func withPrivateServers<Value>(
        _ body: (_ settings: [String: String], _ folder: String) async throws -> Value
    ) async throws
        -> Value
    {
        let folder = "\(NSTemporaryDirectory())/cartwright-servers-\(UUID().uuidString)"
        func servers(_ action: String) async throws {
            let process = try ManagedProcess.start("\(Self.checkout)/Scripts/servers", arguments: [action, folder])
            guard try await process.waitForExit(within: .seconds(90)) == .code(0) else {
                throw Shop.Failed(what: process.log)
            }
        }
        try await servers("start")
        do {
            var settings: [String: String] = [:]
            for line in try String(contentsOfFile: "\(folder)/servers.env", encoding: .utf8).split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { settings[String(parts[0])] = String(parts[1]) }
            }
            let value = try await body(settings, folder)
            try await servers("remove")
            return value
        } catch {
            try? await servers("remove")
            throw error
        }
    }

    /// Every file that could be a log, and where PostgreSQL keeps its own when it cannot enter the folder.
    private func logs(in folder: String) throws -> [String: String] {
        var logs: [String: String] = [:]
        for path in ["\(folder)/redis/log", "\(folder)/postgres/log", "\(folder)/initdb.log"] {
            logs[path] = try? String(contentsOfFile: path, encoding: .utf8)
        }
        return logs
    }

    @Test(
        "email addresses, names, passwords, their hashes, tokens and keys, also when statements fail",
        .timeLimit(.minutes(3)))
    func nothingPersonal() async throws {
        try await withPrivateServers { servers, folder in
            let server: String = try #require(servers["MIGRATION_DATABASE_URL"] ?? servers["DATABASE_URL"])
            try await Shop.open(settings: ["LOG_LEVEL": "debug"], webhooks: true, on: server) { shop in
                let (sandbox, api, worker) = try await shop.startAll()
                let password = "correct horse battery"
                let account =
                    #"""
                    {"email": "Katherine.Johnson@example.com", "password": "\#(password)", "name": "Katherine Johnson"}
                    """#
                func post(_ path: String, _ body: String, _ headers: OutboundHeaders = [:]) async throws -> Answer {
                    var all = headers
                    all.append(name: "Content-Type", value: "application/json")
                    return try await shop.send(
                        OutboundRequest(
                            method: "POST", url: shop.api + "/api/v1" + path, headers: all, body: Array(body.utf8),
                            timeout: .seconds(45)))
                }
                let first = try await post("/auth/register", account)
                #expect(first.status == 201, "\(first.text)")
                // Taken; and what PostgreSQL itself would say of a row that is refused.
                #expect(try await post("/auth/register", account).status == 409)
                _ = try await post(
                    "/auth/login", #"{"email": "katherine.johnson@example.com", "password": "wrong horse battery"}"#)
                let session = try await post(
                    "/auth/login", #"{"email": "katherine.johnson@example.com", "password": "\#(password)"}"#)
                let tokens = session.text.matches(of: /"(?:access|refresh)_token":\s*"([^"]+)"/).map {
                    String($0.output.1)
                }
                #expect(tokens.count == 2, "\(session.text)")
                for statement: SQL in [
                    """
                    INSERT INTO users (id, email, name, password_hash, role)
                    SELECT gen_random_uuid(), upper(email), name, password_hash, role FROM users
                    """,
                    "UPDATE users SET role = \("Katherine Johnson") WHERE email = \("Katherine.Johnson@example.com")",
                    "UPDATE users SET name = NULL",
                ] {
                    await #expect(throws: PostgresError.self) { try await shop.database.pool.execute(statement) }
                }
                let product = try await shop.products()[0]
                var guests: [String] = []
                for (method, status) in [("pm_card_visa", 201), ("pm_card_visa_chargeDeclined", 402)] {
                    let order = try await shop.order(product, method: method, email: "mary.jackson@example.com")
                    #expect(order.status == status, "\(order.text)")
                    guests += [order.headers["X-Cart-Token"]].compactMap(\.self)
                }
                _ = try await post(
                    "/orders", "{\"email\": \"mary.jackson@example.com\\u0000\"}", ["Idempotency-Key": "x"])
                try await shop.waitUntilSettled(within: .seconds(30))
                let hashes: [String] = try await shop.database.pool.query("SELECT password_hash FROM users").map {
                    try $0[0]
                }
                for process in [worker, api, sandbox] {
                    process.terminate()
                    try await process.waitForExit(within: .seconds(40))
                }

                func passwords(of url: String?) -> [String] {
                    [url.flatMap { URLComponents(string: $0)?.password }].compactMap(\.self)
                }
                let names = [
                    "AUTH_SIGNING_KEYS", "PAYMENTS_API_KEY", "PAYMENTS_WEBHOOK_SECRETS", "SENDGRID_API_KEY",
                    "SANDBOX_MAIL_SIGNING_KEY",
                ]
                let secrets =
                    ["Katherine", "Johnson", "mary.jackson", "Lovelace", "St James", password, "wrong horse", "$2b$"]
                    + hashes + tokens
                    + guests
                    + names.compactMap { shop.environment[$0] } + passwords(of: server)
                    + passwords(of: servers["DATABASE_URL"])
                    + passwords(of: servers["REDIS_URL"])
                var all = try logs(in: folder)
                #expect(
                    all.keys.contains { $0.hasSuffix("postgres/log") }
                        && all.keys.contains { $0.hasSuffix("redis/log") })
                // What was refused stands there, or this test would prove nothing.
                #expect(all.values.contains { $0.contains("users_email") })
                all["redis of the shop"] = shop.redisServer.log
                for (name, process) in [("API", api), ("Worker", worker), ("Sandbox", sandbox)] {
                    all[name] = process.log
                }
                for (name, text) in all {
                    for secret in secrets where text.localizedCaseInsensitiveContains(secret) {
                        let line =
                            text.split(separator: "\n").first { $0.localizedCaseInsensitiveContains(secret) } ?? ""
                        Issue.record("\(name) holds '\(secret)': \(line.prefix(300))")
                    }
                }
            }
        }
    }
}
