import HTTPTypes
import JSON
import Logging
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("Without a database the API says so and nothing more")
struct UnavailableTests {
    @Test("the API answers 503 without details")
    func answers503WithoutDetails() async throws {
        let port = try FreePort.next()
        var configuration = try PostgresConfiguration(url: "postgres://someone:hidden-secret@127.0.0.1:\(port)/nowhere")
        configuration.connectTimeout = .seconds(1)
        configuration.acquireTimeout = .milliseconds(300)
        let pool = PostgresPool(configuration, logger: .init(label: "test") { _ in SilentLog() })
        try await Shop.open(database: pool) { shop in
            for answer in [
                try await shop.send(.get, "/categories"),
                try await shop.send(.post, "/auth/login", #"{"email": "a@b.example", "password": "x"}"#),
            ] {
                #expect(answer.status == 503)
                #expect(answer.problem == "service_unavailable")
                #expect(answer.headers[.retryAfter] != nil)
            }
            let ready = try await shop.send(.get, "//readyz")
            #expect(ready.status == 503)
            #expect(ready["database"] == .string("unavailable"))
            for answer in [ready, try await shop.send(.get, "/categories")] {
                let text = String(decoding: answer.body, as: UTF8.self)
                for secret in ["127.0.0.1", "\(port)", "hidden-secret", "nowhere", "SELECT"] {
                    #expect(!text.contains(secret))
                }
            }
            #expect(try await shop.send(.get, "//healthz").status == 200)
        }
        await pool.close()
    }
}
