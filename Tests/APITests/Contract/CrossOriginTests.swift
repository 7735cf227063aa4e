import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

@testable import API

@Suite("Pages of listed origins may use the API, others may not", .database(migrations: try Shop.migrations()))
struct CrossOriginTests {
    private static let own = "https://shop.example"
    private static let policy = CORSPolicy(origins: [own, "http://localhost:3000"])

    @Test("a preflight says what may be sent")
    func preflightsSayWhatMayBeSent() async throws {
        try await Shop.open(cors: Self.policy) { shop in
            let answer = try await shop.send(
                .options, "/cart/items",
                headers: [
                    .origin: Self.own, .accessControlRequestMethod: "POST",
                    .accessControlRequestHeaders: "content-type,idempotency-key",
                ])
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)
            #expect(answer.headers[.accessControlAllowOrigin] == Self.own)
            #expect(answer.headers[.accessControlAllowMethods] == "OPTIONS, POST")
            let headers = answer.headers[.accessControlAllowHeaders]?.lowercased() ?? ""
            for name in ["authorization", "content-type", "idempotency-key", "x-cart-token", "prefer", "if-none-match"]
            {
                #expect(headers.contains(name))
            }
            #expect(answer.headers[.accessControlMaxAge] == "600")
            #expect(answer.headers[.vary]?.contains("Origin") == true)
        }
    }

    @Test("a page of a listed origin can read every answer", arguments: ["/categories", "/me", "/nowhere", "/cart"])
    func everyAnswerCanBeRead(_ path: String) async throws {
        try await Shop.open(cors: Self.policy) { shop in
            for origin in [Self.own, "http://localhost:3000"] {
                let answer = try await shop.send(.get, path, headers: [.origin: origin])
                #expect(answer.headers[.accessControlAllowOrigin] == origin)
                #expect(answer.headers[.vary]?.contains("Origin") == true)
                let exposed = answer.headers[.accessControlExposeHeaders] ?? ""
                for name in [
                    "Location", "X-Request-Id", "X-Cart-Token", "Idempotent-Replayed", "RateLimit", "Retry-After",
                    "ETag",
                ] { #expect(exposed.contains(name)) }
            }
        }
    }

    @Test(
        "other origins are told nothing",
        arguments: [
            "https://evil.example", "https://shop.example.evil.example", "http://shop.example",
            "https://shop.example:8443",
            "null", "*",
            "https://SHOP.example", "https://shop.example/", "https://shop.example, https://evil.example",
        ])
    func otherOriginsAreToldNothing(_ origin: String) async throws {
        try await Shop.open(cors: Self.policy) { shop in
            for method in [HTTPRequest.Method.get, .options] {
                let answer = try await shop.send(
                    method, "/categories", headers: [.origin: origin, .accessControlRequestMethod: "GET"])
                #expect(answer.headers[.accessControlAllowOrigin] == nil)
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
                #expect(answer.headers[.accessControlAllowMethods] == nil)
                #expect(
                    answer.headers[.vary]?.contains("Origin") == true, "a cache must not give this answer to others")
            }
        }
    }

    @Test("without listed origins no page is told anything")
    func withoutListedOriginsNobodyIsTold() async throws {
        try await Shop.open { shop in
            let answer = try await shop.send(.get, "/categories", headers: [.origin: Self.own])
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(answer.headers[.vary]?.contains("Origin") != true)
        }
    }

    @Test("OPTIONS names the methods of an address")
    func optionsNamesTheMethodsOfAnAddress() async throws {
        try await Shop.open { shop in
            let cart = try await shop.send(.options, "/cart")
            #expect(cart.status == 204)
            #expect(cart.headers[.allow] == "DELETE, GET, HEAD, OPTIONS")
            #expect(
                try await shop.send(.options, "//api/products/0197f0c4-0000-7000-8000-000000000001").headers[.allow]
                    == "GET, HEAD, OPTIONS"
            )
            let nowhere = try await shop.send(.options, "/nowhere")
            #expect(nowhere.status == 404)
            #expect(nowhere.problem == "not_found")
        }
    }

    @Test("refusals of the edge can be read too")
    func refusalsOfTheEdgeCanBeReadToo() async throws {
        try await Shop.open(cors: Self.policy) { shop in
            let port = try #require(shop.client.port)
            let answer = try await onThread {
                let connection = try RawConnection(port: port)
                connection.send(
                    """
                    POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: \(Self.own)\r\nContent-Length: 99999\r\n\r\n
                    """
                )
                return try connection.answer()
            }
            #expect(answer.status == 413)
            #expect(answer.header("access-control-allow-origin") == Self.own)
        }
    }
}
