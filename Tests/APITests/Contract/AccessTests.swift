import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Nobody gets further than their role", .database(migrations: try Shop.migrations()))
struct AccessTests {
    /// One row per route: who gets past the door. Written out again here, so that a slip in the table does not pass
    /// unnoticed.
    private static let expected: [String: Set<Audience>] = {
        let all = Set(Audience.allCases)
        let users: Set<Audience> = [.customer, .support, .operator, .admin]
        let staff: Set<Audience> = [.support, .operator, .admin]
        let operators: Set<Audience> = [.operator, .admin]
        return [
            "GET /healthz": all, "GET /readyz": all, "GET /api/v1/openapi.yaml": all, "GET /api/v1/openapi.json": all,
            "POST /api/v1/auth/register": all, "POST /api/v1/auth/login": all, "POST /api/v1/auth/refresh": all,
            "POST /api/v1/auth/logout": all,
            "GET /api/v1/me": users, "GET /api/v1/products": all, "GET /api/v1/products/{id}": all,
            "GET /api/v1/categories": all,
            "GET /api/v1/cart": all, "DELETE /api/v1/cart": all, "POST /api/v1/cart/items": all,
            "PATCH /api/v1/cart/items/{product_id}": all, "DELETE /api/v1/cart/items/{product_id}": all,
            "GET /api/v1/orders": all, "POST /api/v1/orders": all, "GET /api/v1/orders/{id}": all,
            "GET /api/v1/orders/{id}/events": all,
            "POST /api/v1/orders/{id}/payments": all, "POST /api/v1/orders/{id}/cancel": all,
            "POST /api/v1/webhooks/sendgrid": all,
            "GET /api/v1/admin/orders/{id}": staff, "GET /api/v1/admin/orders/{id}/refunds": staff,
            "POST /api/v1/admin/orders/{id}/refunds": operators, "POST /api/v1/admin/orders/{id}/cancel": operators,
            "POST /api/v1/admin/orders/{id}/capture": operators,
            "POST /api/v1/webhooks/stripe": all, "GET /api/v1/admin/disputes": staff,
            "GET /api/v1/admin/emails": staff, "POST /api/v1/admin/emails/resend": operators,
            "POST /api/v1/admin/emails/{id}/resend": operators,
            "GET /api/v1/admin/queues": staff, "GET /api/v1/admin/jobs": staff, "GET /api/v1/admin/jobs/{id}": staff,
            "DELETE /api/v1/admin/jobs/{id}": operators, "POST /api/v1/admin/jobs/{id}/retry": operators,
            "POST /api/v1/admin/jobs/{id}/cancel": operators, "PATCH /api/v1/admin/queues/{queue}": operators,
            "GET /api/v1/admin/dead-letters/groups": staff, "POST /api/v1/admin/dead-letters/retry": operators,
            "POST /api/v1/admin/dead-letters/discard": operators,
            "GET /api/v1/admin/webhook-events": staff, "GET /api/v1/admin/webhook-events/{id}": staff,
            "POST /api/v1/admin/webhook-events/replay": operators,
            "POST /api/v1/admin/webhook-events/{id}/replay": operators,
            "POST /api/v1/admin/webhook-events/{id}/ignore": operators,
            "GET /api/v1/admin/reconciliation": staff, "POST /api/v1/admin/reconciliation/{id}/resolve": operators,
            "GET /api/v1/currencies": all, "GET /api/v1/rates": all, "GET /api/v1/admin/rates": staff,
            "POST /api/v1/admin/rates/{id}/approve": operators, "POST /api/v1/admin/rates/{id}/reject": operators,
        ]
    }()

    @Test func hasARowForEveryRoute() async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            let router = buildRouter(services: services, document: try APIDocument.load(), logger: logger)
            let routes = Set(router.routes.filter { $0.method != .head }.map { "\($0.method) \($0.path)" })
            let rows = Set(AccessTable.rules.flatMap { path, methods in methods.keys.map { "\($0) \(path)" } })
            #expect(routes.subtracting(rows) == [], "routes without a row answer nobody")
            #expect(rows.subtracting(routes) == [], "rows without a route")
            #expect(routes == Set(Self.expected.keys))
        }
    }

    @Test func lets_exactly_those_in_that_the_table_names() async throws {
        try await Shop.open { shop in
            var tokens: [Audience: String] = [:]
            for role in Role.allCases { tokens[Audience(role)] = try await shop.register(role: role).accessToken }
            for (route, audiences) in Self.expected {
                let parts = route.split(separator: " ")
                let method = try #require(HTTPRequest.Method(String(parts[0])))
                let path = parts[1].replacingOccurrences(of: "{id}", with: UUID().uuidString)
                    .replacingOccurrences(of: "{product_id}", with: UUID().uuidString).replacingOccurrences(
                        of: "{queue}", with: "email")
                let body = method == .post || method == .patch ? "{}" : nil
                for audience in Audience.allCases {
                    let answer = try await shop.send(method, "/" + path, body, token: tokens[audience])
                    let isRefused = answer.problem == "forbidden" || answer.problem == "unauthorized"
                    if audiences.contains(audience) {
                        // Orders exist for users and for cart tokens; without either there is nobody to ask about.
                        let needsBuyer =
                            audience == .anonymous && route.contains("/v1/orders") && route != "POST /api/v1/orders"
                        #expect(isRefused == needsBuyer, "\(audience) at \(route): \(answer.status)")
                    } else {
                        #expect(answer.status == (audience == .anonymous ? 401 : 403), "\(audience) at \(route)")
                    }
                }
            }
        }
    }

    @Test func feelsADemotionAtOnce() async throws {
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
