import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Postgres
import Resilience
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Nobody gets further than their role", .database(migrations: try Shop.migrations()))
struct AccessTests {
    /// Every route with whom the document lets in, which was written by hand and apart from the routes.
    private static func documented() throws -> [String: Set<Caller>] {
        try APIDocument.load().operations().mapValues { operation in
            guard case .array(let ways)? = operation["security"] else { return Set(Caller.allCases) }
            // No way that is named, or an empty one: whoever asks.
            guard !ways.isEmpty, !ways.contains(.object([:])) else { return Set(Caller.allCases) }
            return ways.reduce(into: Set<Caller>()) { callers, way in
                guard case .object(let schemes) = way, case .array(let roles)? = schemes["accessToken"] else { return }
                switch roles.first {
                case nil: callers.formUnion([.customer, .support, .operator, .admin])
                case .string("support"): callers.formUnion([.support, .operator, .admin])
                case .string("operator"): callers.formUnion([.operator, .admin])
                default: Issue.record("the document names a role that does not exist: \(roles)")
                }
            }
        }
    }

    @Test("openapi.yaml says of each route who may call it")
    func documentedAudiences() async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            let table = shopRoutes(services, document: try APIDocument.load(), logger: logger)
            let operations = try APIDocument.load().operations()
            let names = table.routes.map { "\($0.method) \($0.path)" }
            #expect(Set(names).count == names.count, "a route is registered twice")
            #expect(Set(names) == Set(operations.keys))
            for route in table.routes {
                let name = "\(route.method) \(route.path)"
                #expect(operations[name]?["security"] == Self.security(of: route.audience), "\(name)")
            }
            // Nothing else is served.
            let served = Set(buildRouter(services, table).routes.map { "\($0.method) \($0.path)" })
            #expect(served.filter { !$0.hasPrefix("HEAD ") } == Set(names))
        }
    }

    /// An audience in the document's words.
    private static func security(of audience: Audience) -> JSONValue {
        func accessToken(_ roles: [String]) -> JSONValue {
            .object(["accessToken": .array(roles.map { .string($0) })])
        }
        let cartToken: JSONValue = .object(["cartToken": .array([])])
        return switch audience {
        case .everyone: .array([])
        case .shoppers, .shoppers.checkingAccount: .array([.object([:]), accessToken([]), cartToken])
        case .buyers, .buyers.checkingAccount: .array([accessToken([]), cartToken])
        case .users, .users.checkingAccount: .array([accessToken([])])
        case .support: .array([accessToken(["support"])])
        case .operators: .array([accessToken(["operator"])])
        default: .null
        }
    }

    @Test("a route lets in exactly those whom the document names")
    func documentedAudiencesOnly() async throws {
        try await Shop.open { shop in
            var tokens: [Caller: String] = [:]
            for role in Role.allCases { tokens[Caller(role)] = try await shop.register(role: role).accessToken }
            for (route, callers) in try Self.documented() {
                let parts = route.split(separator: " ")
                let method = try #require(HTTPRequest.Method(String(parts[0])))
                let path = parts[1].replacingOccurrences(of: "{id}", with: UUID().uuidString)
                    .replacingOccurrences(of: "{product_id}", with: UUID().uuidString)
                    .replacingOccurrences(of: "{shipment_id}", with: UUID().uuidString).replacingOccurrences(
                        of: "{queue}", with: "email"
                    ).replacingOccurrences(of: "{sku}", with: "PEN")
                let body = method == .post || method == .patch ? "{}" : nil
                for caller in Caller.allCases {
                    var token = tokens[caller]
                    // It would end the sessions that the other routes are called with.
                    if path.hasSuffix("auth/logout-all"),
                        let role = Role.allCases.first(where: { Caller($0) == caller })
                    {
                        token = try await shop.register(role: role).accessToken
                    }
                    let answer = try await shop.send(method, "/" + path, body, token: token)
                    let isRefused = answer.problem == "forbidden" || answer.problem == "unauthorized"
                    #expect(isRefused == !callers.contains(caller), "\(caller) at \(route): \(answer.status)")
                    if isRefused {
                        #expect(answer.status == (caller == .anonymous ? 401 : 403), "\(caller) at \(route)")
                    }
                }
            }
        }
    }

    @Test("each route says how large a body may be")
    func routesSayHowLargeABodyMayBe() async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            let table = shopRoutes(services, document: try APIDocument.load(), logger: logger)
            for path in ["/api/v1/webhooks/stripe", "/api/webhooks/stripe", "/api/v1/webhooks/sendgrid?x=y"] {
                #expect(table.bodyBytes(.post, path) == 1_048_576)
            }
            #expect(table.bodyBytes(.post, "/api/v1/orders") == 65_536)
            #expect(table.bodyBytes(.post, "/api/v1/admin/stock") == 262_144)
            for path in ["/api/v1/cart/items", "/api/v1/auth/register", "/nowhere", "/api/v1/orders/x/cancel"] {
                #expect(table.bodyBytes(.post, path) == 16_384)
            }
            #expect(table.bodyBytes(.put, "/api/v1/webhooks/stripe") == 16_384)
        }
    }

    @Test("the account as it is now decides about money and roles")
    func accountAsItIsNow() async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            for route in shopRoutes(services, document: try APIDocument.load(), logger: logger).routes {
                let isAboutMoney = route.limit == .checkout
                if route.path.hasPrefix("/api/v1/admin/") || isAboutMoney {
                    #expect(route.audience.checksAccount, "\(route.method) \(route.path)")
                }
            }
        }
    }

    @Test("a demotion takes effect at once")
    func feelsADemotionAtOnce() async throws {
        try await Shop.open { shop in
            let member = try await shop.register(role: .operator)
            #expect(try await shop.send(.get, "/admin/queues", token: member.accessToken).status == 200)
            try await shop.database.execute("UPDATE users SET role = 'customer' WHERE id = \(member.id)")
            #expect(try await shop.send(.get, "/admin/queues", token: member.accessToken).status == 403)
            try await shop.database.execute(
                "UPDATE users SET role = 'admin', session_version = session_version + 1 WHERE id = \(member.id)")
            #expect(try await shop.send(.get, "/admin/queues", token: member.accessToken).status == 401)
        }
    }
}
