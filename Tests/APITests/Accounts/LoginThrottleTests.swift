import Bootstrap
import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Resilience
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Nobody shuts the login for others", .database(migrations: try Shop.migrations()))
struct LoginThrottleTests {
    private static let proxies = TrustedProxies([IPRange("127.0.0.1"), IPRange("::1")].compactMap { $0 })

    private func login(_ email: String, _ password: String, from address: String, in shop: Shop) async throws -> Answer
    {
        try await shop.send(
            .post, "/auth/login", #"{"email": "\#(email)", "password": "\#(password)"}"#,
            headers: [.forwardedFor: address])
    }

    @Test("passwords of one account are tried a few times, from any address, and unknown accounts answer the same")
    func account() async throws {
        let limits = RequestLimits([.account: RequestLimit(3, per: 3600)])
        try await Shop.open(proxies: Self.proxies, limits: limits) { shop in
            let ada = try await shop.register()
            for email in [ada.email, "nobody-\(UUID().uuidString.lowercased())@shop.example"] {
                var answers: [Answer] = []
                for number in 0..<5 {
                    answers.append(
                        try await login(email.uppercased(), "a wrong password", from: "192.0.2.\(number)", in: shop))
                }
                #expect(answers.map(\.status) == [401, 401, 401, 429, 429])
                #expect(answers[3].headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
                #expect(answers[3].problem == "too_many_requests")
            }
        }
    }

    @Test("others' wrong passwords do not shut out a known address, and a right password counts for nothing")
    func knownPlace() async throws {
        let limits = RequestLimits([.account: RequestLimit(3, per: 3600)])
        try await Shop.open(proxies: Self.proxies, limits: limits) { shop in
            let ada = try await shop.register()
            for _ in 0..<6 {
                #expect(try await login(ada.email, Member.password, from: "203.0.113.7", in: shop).status == 200)
            }
            for number in 0..<6 {
                _ = try await login(ada.email, "a wrong password", from: "192.0.2.\(number)", in: shop)
            }
            #expect(try await login(ada.email, "a wrong password", from: "192.0.2.99", in: shop).status == 429)
            #expect(try await login(ada.email, Member.password, from: "203.0.113.7", in: shop).status == 200)
            // The place has its own count.
            for _ in 0..<3 {
                #expect(try await login(ada.email, "a wrong password", from: "203.0.113.7", in: shop).status == 401)
            }
            #expect(try await login(ada.email, Member.password, from: "203.0.113.7", in: shop).status == 429)
        }
    }

    @Test("an address has its limit for all accounts, and registrations have their own")
    func address() async throws {
        let limits = RequestLimits([.login: RequestLimit(2, per: 3600), .registration: RequestLimit(1, per: 3600)])
        try await Shop.open(proxies: Self.proxies, limits: limits) { shop in
            for expected in [401, 401, 429] {
                let email = "\(UUID().uuidString.lowercased())@shop.example"
                let answer = try await login(email, "a wrong password", from: "192.0.2.1", in: shop)
                #expect(answer.status == expected)
            }
            for expected in [201, 429] {
                let body =
                    #"""
                    {"email": "\#(UUID().uuidString.lowercased())@shop.example", "password": "correct horse", \#
                    "name": "Ada"}
                    """#
                let answer = try await shop.send(.post, "/auth/register", body, headers: [.forwardedFor: "192.0.2.1"])
                #expect(answer.status == expected)
            }
        }
    }

    /// Sends a login of its own connection and waits until so many wait for their hash.
    private static func knock(_ port: Int, _ hasher: PasswordHasher, from address: String, until waiting: Int) throws
        -> RawConnection
    {
        let body = #"{"email": "\#(UUID().uuidString.lowercased())@shop.example", "password": "a wrong password"}"#
        let connection = try RawConnection(port: port, timeoutSeconds: 20)
        connection.send(
            """
            POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \(address)\r\n\
            Content-Type: application/json\r\n
            """
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        try wait(hasher, for: waiting)
        return connection
    }

    private static func wait(_ hasher: PasswordHasher, for waiting: Int) throws {
        try blockThread(within: .seconds(20), "\(waiting) wait for their hashes") { hasher.waiting == waiting }
    }

    /// Runs the test while something else is hashed without end.
    private func whileBusy(_ hasher: PasswordHasher, _ body: () async throws -> Void) async throws {
        let release = DispatchSemaphore(value: 0)
        async let blocked: Void = hasher.run(HashingClient(purpose: .login, address: "test")) { release.wait() }
        let result: Result<Void, any Error>
        do {
            try await eventually("the thread is taken") { hasher.isBusy }
            result = .success(try await body())
        } catch { result = .failure(error) }
        release.signal()
        try await blocked
        try result.get()
    }

    @Test("a client has few places in the queue; its next login is refused at once, another client's is not")
    func places() async throws {
        try await Shop.open(proxies: Self.proxies) { shop in
            let port = try #require(shop.client.port)
            let hasher = shop.services.hasher
            try await whileBusy(hasher) {
                let waiting = try await onThread {
                    var waiting: [RawConnection] = []
                    for number in 1...8 {
                        waiting.append(try Self.knock(port, hasher, from: "192.0.2.1", until: number))
                    }
                    let refused = try Self.knock(port, hasher, from: "192.0.2.1", until: 8).answer()
                    #expect(refused.status == 429)
                    #expect(refused.header("retry-after").flatMap { Int($0) } ?? 0 > 0)
                    waiting.append(try Self.knock(port, hasher, from: "203.0.113.7", until: 9))
                    return Waiting(connections: waiting)
                }
                withExtendedLifetime(waiting) {}
            }
        }
    }

    @Test("clients that hang up leave the queue")
    func hangingUp() async throws {
        try await Shop.open(proxies: Self.proxies) { shop in
            let port = try #require(shop.client.port)
            let hasher = shop.services.hasher
            try await whileBusy(hasher) {
                try await onThread {
                    for _ in 0..<6 {
                        do {
                            let connection = try Self.knock(port, hasher, from: "192.0.2.1", until: 1)
                            withExtendedLifetime(connection) {}
                        }
                        // The connection was closed.
                        try Self.wait(hasher, for: 0)
                    }
                }
            }
        }
    }

    /// Connections that stay open while it lives.
    private struct Waiting: @unchecked Sendable {
        let connections: [RawConnection]
    }
}
