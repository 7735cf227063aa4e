import Bootstrap
import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import TestSupport
import Testing

@testable import API

@Suite("Whatever comes in gets a precise answer", .database(migrations: try Shop.migrations()))
struct HTTPContractTests {
    @Test("every error is answered as a problem document")
    func answersEveryErrorAsAProblem() async throws {
        try await Shop.open { shop async throws in
            let missing = try await shop.send(.get, "/nothing/here")
            #expect(missing.status == 404)
            #expect(missing.problem == "not_found")
            #expect(missing["instance"] == .string("/api/v1/nothing/here"))

            for (path, allow) in [
                ("/cart", "DELETE, GET, HEAD, OPTIONS"), ("/orders", "GET, HEAD, OPTIONS, POST"),
                ("/auth/login", "OPTIONS, POST"),
            ] {
                let answer = try await shop.send(.put, path, "{}")
                #expect(answer.status == 405)
                #expect(answer.problem == "method_not_allowed")
                #expect(answer.headers[.allow] == allow)
            }
        }
    }

    @Test("sane request ids are taken over, and no others")
    func takesOverSaneRequestIDsAndNoOthers() async throws {
        try await Shop.open { shop async throws in
            let kept = try await shop.send(.get, "/categories", headers: [.requestID: "checkout-0042"])
            #expect(kept.headers[.requestID] == "checkout-0042")
            let replaced = try await shop.send(.get, "/nowhere", headers: [.requestID: "a b"])
            #expect(replaced.headers[.requestID] != "a b")
            #expect(replaced.problem == "not_found")
        }
    }

    @Test("every answer bears the security headers")
    func guardsEveryAnswerWithHeaders() async throws {
        try await Shop.open { shop async throws in
            let member = try await shop.register()
            for answer in [
                try await shop.send(.get, "/me", token: member.accessToken), try await shop.send(.get, "/me"),
                try await shop.send(.get, "/orders", token: member.accessToken), try await shop.send(.get, "/nowhere"),
            ] {
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.cacheControl] == "no-store")
                #expect(answer.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
                #expect(answer.headers[.strictTransportSecurity] != nil)
                #expect(answer.headers[.referrerPolicy] == "no-referrer")
                #expect(answer.headers[.server] == nil)
            }
        }
    }

    @Test(
        "a body that is not JSON is refused",
        arguments: [
            "", "{", "nonsense", "{} {}", #"{"email": NaN}"#, #"{"email": "a", "email": "b"}"#, #"{"email": "\ud800"}"#,
            String(repeating: "[", count: 5000), #"{"email": 'a'}"#, "\u{FEFF}{}",
        ])
    func refusesWhatIsNotJSON(_ body: String) async throws {
        try await Shop.open { shop async throws in
            let answer = try await shop.send(.post, "/auth/login", body)
            #expect(answer.status == 400)
            #expect(answer.problem == "malformed_json")
        }
    }

    @Test("a body that is no object is refused", arguments: ["[]", "1", "null", #""text""#])
    func refusesWhatIsNoObject(_ body: String) async throws {
        try await Shop.open { shop async throws in
            #expect(try await shop.send(.post, "/auth/login", body).status == 422)
        }
    }

    @Test("other media types are refused")
    func refusesOtherMediaTypes() async throws {
        try await Shop.open { shop async throws in
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
                #expect(
                    try await shop.send(.post, "/auth/login", "{}", headers: [.contentType: type]).problem
                        == "unsupported_media_type")
            }
            for type in [
                "application/json", "application/json; charset=utf-8", "Application/JSON",
                "application/merge-patch+json",
            ] {
                #expect(try await shop.send(.post, "/auth/login", "{}", headers: [.contentType: type]).status == 422)
            }
        }
    }

    @Test("the unversioned path answers too")
    func answersUnderTheUnversionedPathToo() async throws {
        try await Shop.open { shop async throws in
            #expect(try await shop.send(.get, "//api/categories").status == 200)
            #expect(try await shop.send(.get, "//api/v1/categories").status == 200)
            #expect(try await shop.send(.get, "//api/v2/categories").status == 404)
            #expect(try await shop.send(.post, "//api/auth/login", "{}").status == 422)
            #expect(try await shop.send(.head, "/categories").status == 200)
        }
    }

    @Test("a body beyond the limit is refused")
    func refusesTooMuch() async throws {
        try await Shop.open { shop async throws in
            let port = try #require(shop.client.port)
            let filler = String(repeating: "x", count: Limits.bodyBytes)
            let long = try await onThread {
                let connection = try RawConnection(port: port)
                connection.send(
                    """
                    POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                    Content-Length: \(filler.utf8.count + 2)\r\n\r\n
                    """
                )
                connection.send("\"\(filler)\"")
                return try connection.answer()
            }
            #expect(long.status == 413)
            #expect(long.answer.problem == "content_too_large")
            let chunked = try await onThread {
                let connection = try RawConnection(port: port)
                connection.send(
                    """
                    POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                    Transfer-Encoding: chunked\r\n\r\n
                    """
                )
                for _ in 0..<20 { connection.send("10000\r\n\(String(repeating: " ", count: 0x10000))\r\n") }
                connection.send("0\r\n\r\n")
                return try connection.answer()
            }
            #expect(chunked.status == 413)
            #expect(chunked.answer.problem == "content_too_large")

            let target = "/api/v1/products?search=" + String(repeating: "a", count: 9000)
            let header = "X-Filler: " + String(repeating: "a", count: 17_000)
            for (head, status, problem) in [
                ("GET \(target) HTTP/1.1\r\nHost: a", 414, "uri_too_long"),
                ("GET /api/v1/categories HTTP/1.1\r\nHost: a\r\n\(header)", 431, "headers_too_large"),
            ] {
                let answer = try await onThread {
                    let connection = try RawConnection(port: port)
                    connection.send(head + "\r\n\r\n")
                    return try connection.answer()
                }
                #expect(answer.status == status)
                #expect(answer.answer.problem == problem)
            }
        }
    }

    @Test(
        "bytes that are not HTTP are refused",
        arguments: [
            "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n", "NONSENSE\r\n\r\n",
            "GET /healthz HTTP/9.9\r\n\r\n",
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func refusesWhatIsNotHTTP(_ request: String) async throws {
        try await Shop.open { shop async throws in
            let port = try #require(shop.client.port)
            let (answer, isClosed) = try await onThread {
                let connection = try RawConnection(port: port)
                connection.send(request)
                return (try connection.answer(), connection.isClosed())
            }
            #expect(answer.status == 400)
            #expect(answer.answer.problem == "bad_request")
            #expect(isClosed)
        }
    }

    @Test("nothing is served until the servers were found usable")
    func nothingBeforeReadiness() async throws {
        let servers = ServerStatus()
        try await Shop.open(servers: servers) { shop async throws in
            #expect(try await shop.send(.get, "//healthz").status == 200)
            let waiting = try await shop.send(.get, "//readyz")
            #expect(waiting.status == 503)
            #expect(waiting["status"] == .string("not_ready"))
            let refused = try await shop.send(.get, "/categories")
            #expect(refused.status == 503)
            #expect(refused.problem == "service_unavailable")
            #expect(refused.headers[.retryAfter] != nil)
            servers.becameUsable()
            #expect(try await shop.send(.get, "//readyz").status == 200)
            #expect(try await shop.send(.get, "/categories").status == 200)
        }
    }

    @Test("a dangerously set Redis is used and reported")
    func dangerousRedis() async throws {
        let servers = Shop.usable
        try await Shop.open(servers: servers) { shop async throws in
            servers.found([.failed("redis.eviction", "maxmemory-policy is 'allkeys-lru'", nil)])
            let ready = try await shop.send(.get, "//readyz")
            #expect(ready.status == 200)
            #expect(ready["redis"] == .string("unsafe"))
            servers.found([])
            #expect(try await shop.send(.get, "//readyz")["redis"] == .string("ok"))
        }
    }

    @Test("readiness is reported")
    func reportsReadiness() async throws {
        try await Shop.open { shop async throws in
            #expect(try await shop.send(.get, "//healthz")["status"] == .string("ok"))
            let ready = try await shop.send(.get, "//readyz")
            #expect(ready.status == 200)
            #expect(
                ready.json
                    == .object([
                        "status": .string("ready"), "database": .string("ok"), "migrations": .string("ok"),
                        "redis": .string("ok"),
                    ])
            )
        }
    }
}
