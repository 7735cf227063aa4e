import Bootstrap
import HTTPTypes
import Providers

/// Who may call what: one row per route. A route without a row answers nobody (deny by default).
enum AccessTable {
    /// Path under which the current version of the API lies.
    static let base = "/api/v1"

    /// Path → method → rule. Paths are written as the router writes them.
    static let rules = fixedRules.merging(
        // By their signatures, as those of other providers.
        PaymentProviders.all.map { module in
            ("\(base)/webhooks/\(module.name)", [.post: .open.bodies(upTo: Limits.webhookBodyBytes)])
        }
    ) { first, _ in first }

    private static let fixedRules: [String: [HTTPRequest.Method: AccessRule]] = [
        "/healthz": [.get: .open],
        "/readyz": [.get: .open],
        "/api/v1/openapi.yaml": [.get: .open],
        "/api/v1/openapi.json": [.get: .open],

        "/api/v1/auth/register": [.post: .open],
        "/api/v1/auth/login": [.post: .open],
        "/api/v1/auth/refresh": [.post: .open],
        "/api/v1/auth/logout": [.post: .open],
        "/api/v1/me": [.get: .users],

        "/api/v1/products": [.get: .open],
        "/api/v1/products/{id}": [.get: .open],
        "/api/v1/categories": [.get: .open],
        "/api/v1/currencies": [.get: .open],
        "/api/v1/rates": [.get: .open],

        "/api/v1/cart": [.get: .guests, .delete: .guests],
        "/api/v1/cart/items": [.post: .guests],
        "/api/v1/cart/items/{product_id}": [.patch: .guests, .delete: .guests],

        "/api/v1/orders": [.get: .guests, .post: .buyers.bodies(upTo: Limits.orderBodyBytes)],
        "/api/v1/orders/{id}": [.get: .guests],
        "/api/v1/orders/{id}/events": [.get: .guests],
        "/api/v1/orders/{id}/payments": [.post: .buyers],
        "/api/v1/orders/{id}/cancel": [.post: .buyers],

        // By their signatures.
        "/api/v1/webhooks/sendgrid": [.post: .open.bodies(upTo: Limits.webhookBodyBytes)],

        "/api/v1/admin/orders/{id}": [.get: .staff],
        "/api/v1/admin/orders/{id}/refunds": [.get: .staff, .post: .operators],
        "/api/v1/admin/orders/{id}/cancel": [.post: .operators],
        "/api/v1/admin/orders/{id}/capture": [.post: .operators],
        "/api/v1/admin/disputes": [.get: .staff],
        "/api/v1/admin/emails": [.get: .staff],
        "/api/v1/admin/emails/resend": [.post: .operators],
        "/api/v1/admin/emails/{id}/resend": [.post: .operators],
        "/api/v1/admin/queues": [.get: .staff],
        "/api/v1/admin/queues/{queue}": [.patch: .operators],
        "/api/v1/admin/jobs": [.get: .staff],
        "/api/v1/admin/jobs/{id}": [.get: .staff, .delete: .operators],
        "/api/v1/admin/jobs/{id}/retry": [.post: .operators],
        "/api/v1/admin/jobs/{id}/cancel": [.post: .operators],
        "/api/v1/admin/dead-letters/groups": [.get: .staff],
        "/api/v1/admin/dead-letters/retry": [.post: .operators],
        "/api/v1/admin/dead-letters/discard": [.post: .operators],
        "/api/v1/admin/webhook-events": [.get: .staff],
        "/api/v1/admin/webhook-events/replay": [.post: .operators],
        "/api/v1/admin/webhook-events/{id}": [.get: .staff],
        "/api/v1/admin/webhook-events/{id}/replay": [.post: .operators],
        "/api/v1/admin/webhook-events/{id}/ignore": [.post: .operators],
        "/api/v1/admin/reconciliation": [.get: .staff],
        "/api/v1/admin/reconciliation/{id}/resolve": [.post: .operators],
        "/api/v1/admin/rates": [.get: .staff],
        "/api/v1/admin/rates/{id}/approve": [.post: .operators],
        "/api/v1/admin/rates/{id}/reject": [.post: .operators],
    ]

    /// The rule for a route, nil when it has none. HEAD follows GET.
    static func rule(_ method: HTTPRequest.Method, _ route: String) -> AccessRule? {
        rules[route]?[method == .head ? .get : method]
    }

    /// What an address answers, for `Allow`. Empty when there is no such address.
    static func methods(at path: String) -> [HTTPRequest.Method] {
        guard let methods = rules(at: path) else { return [] }
        return Array(methods.keys) + [.options] + (methods.keys.contains(.get) ? [.head] : [])
    }

    /// As many bytes as the body of a request may have, by its method and target as they came in.
    static func bodyBytes(_ method: HTTPRequest.Method, _ target: String) -> Int {
        let path = String(target.prefix { $0 != "?" })
        return larger[VersionedPath.current(path) ?? path]?[method]?.bodyBytes ?? Limits.bodyBytes
    }

    /// The routes that take larger bodies than others; none has parameters in its path.
    private static let larger = rules.filter { $0.value.values.contains { $0.bodyBytes != Limits.bodyBytes } }

    /// The rules of all routes that an address fits: `…/replay` is an action, and could be an id.
    private static func rules(at path: String) -> [HTTPRequest.Method: AccessRule]? {
        let segments = path.split(separator: "/")
        let found = rules.filter { matches($0.key.split(separator: "/"), segments) }
        guard !found.isEmpty else { return nil }
        var all: [HTTPRequest.Method: AccessRule] = [:]
        for some in found.values { all.merge(some) { first, _ in first } }
        return all
    }

    private static func matches(_ route: [Substring], _ path: [Substring]) -> Bool {
        route.count == path.count && zip(route, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}
