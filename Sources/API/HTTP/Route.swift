import Domain
import HTTPTypes
import Hummingbird
import Resilience

/// An address of the API with a method, and all that is to be known of it: who may call it, what a request counts as,
/// how large its body may be, and who answers.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, ShopContext) async throws -> Response

    /// Path under which the current version of the API lies.
    static let base = "/api/v1"

    let method: HTTPRequest.Method
    /// As the router writes it: `/api/v1/orders/{id}`.
    let path: String
    let audience: Audience
    /// Which of a client's limits a request uses up; `nil`: none.
    let limit: RequestClass?
    /// As many bytes as a body may have.
    let bodyBytes: Int
    /// Whether the route answers before the database and Redis were found usable.
    let answersWhileStarting: Bool
    let handler: Handler
}

/// Takes the routes of all features. There is no way to add one without saying who may call it and what it counts as.
///
///     routes.get("orders/{id}", audience: .buyers, limit: .read, use: show)
struct Routes {
    private(set) var all: [Route] = []

    mutating func get(
        _ path: String, audience: Audience, limit: RequestClass?, answersWhileStarting: Bool = false,
        use handler: @escaping Route.Handler
    ) {
        add(.get, path, audience, limit, Limits.bodyBytes, answersWhileStarting, handler)
    }

    mutating func post(
        _ path: String, audience: Audience, limit: RequestClass?, bodyBytes: Int = Limits.bodyBytes,
        use handler: @escaping Route.Handler
    ) {
        add(.post, path, audience, limit, bodyBytes, false, handler)
    }

    mutating func patch(
        _ path: String, audience: Audience, limit: RequestClass?, bodyBytes: Int = Limits.bodyBytes,
        use handler: @escaping Route.Handler
    ) {
        add(.patch, path, audience, limit, bodyBytes, false, handler)
    }

    mutating func put(
        _ path: String, audience: Audience, limit: RequestClass?, bodyBytes: Int = Limits.bodyBytes,
        use handler: @escaping Route.Handler
    ) {
        add(.put, path, audience, limit, bodyBytes, false, handler)
    }

    mutating func delete(
        _ path: String, audience: Audience, limit: RequestClass?, use handler: @escaping Route.Handler
    ) {
        add(.delete, path, audience, limit, Limits.bodyBytes, false, handler)
    }

    /// - Parameter path: below ``Route/base``; one that begins with a slash stands for itself.
    private mutating func add(
        _ method: HTTPRequest.Method, _ path: String, _ audience: Audience, _ limit: RequestClass?, _ bodyBytes: Int,
        _ answersWhileStarting: Bool, _ handler: @escaping Route.Handler
    ) {
        all.append(
            Route(
                method: method, path: path.hasPrefix("/") ? path : "\(Route.base)/\(path)", audience: audience,
                limit: limit, bodyBytes: bodyBytes, answersWhileStarting: answersWhileStarting, handler: handler))
    }
}

/// What is asked of the routes before a request has found its own: which methods an address answers, and how large a
/// body it takes.
struct RouteTable: Sendable {
    let routes: [Route]
    private let pieces: [[Substring]]
    /// Those that take larger bodies than others.
    private let larger: [Int]

    init(_ routes: Routes) {
        self.routes = routes.all
        pieces = routes.all.map { $0.path.split(separator: "/") }
        larger = routes.all.indices.filter { routes.all[$0].bodyBytes > Limits.bodyBytes }
    }

    /// What an address answers, for `Allow`. Empty when there is no such address.
    ///
    /// Of all routes that it fits: `…/replay` is an action, and could be an id.
    func methods(at path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/")
        let found = Set(routes.indices.filter { fits($0, segments) }.map { routes[$0].method })
        guard !found.isEmpty else { return [] }
        return Array(found) + [.options] + (found.contains(.get) ? [.head] : [])
    }

    /// As many bytes as the body of a request may have, by its method and target as they came in.
    func bodyBytes(_ method: HTTPRequest.Method, _ target: String) -> Int {
        let path = String(target.prefix { $0 != "?" })
        let segments = (VersionedPath.current(path) ?? path).split(separator: "/")
        let route = larger.first { routes[$0].method == method && fits($0, segments) }
        return route.map { routes[$0].bodyBytes } ?? Limits.bodyBytes
    }

    private func fits(_ index: Int, _ path: [Substring]) -> Bool {
        let route = pieces[index]
        return route.count == path.count && zip(route, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}

extension Router where Context == ShopContext {
    /// Adds routes, each behind the gatekeeper.
    func add(_ table: RouteTable, behind gatekeeper: Gatekeeper) {
        for route in table.routes {
            on(RouterPath(route.path), method: route.method) { request, context in
                try await gatekeeper.answer(request, context, by: route)
            }
        }
    }
}

/// Lets `/api/…` answer as the current version, `/api/v1/…`, without registering every route twice.
struct VersionedResponder<Next: HTTPResponder>: HTTPResponder where Next.Context == ShopContext {
    typealias Context = ShopContext

    let next: Next

    func respond(to request: Request, context: ShopContext) async throws -> Response {
        guard let path = request.head.path, let current = VersionedPath.current(path) else {
            return try await next.respond(to: request, context: context)
        }
        var head = request.head
        head.path = current
        return try await next.respond(to: Request(head: head, body: request.body), context: context)
    }
}

/// Paths without a version mean the current one.
enum VersionedPath {
    /// The path under the current version, nil when it needs no change.
    static func current(_ path: String) -> String? {
        guard path.hasPrefix("/api/") else { return nil }
        let rest = path.dropFirst(5)
        let segment = rest.prefix { $0 != "/" && $0 != "?" }
        // v2 and the like are versions that do not exist, not resources of this one.
        let isVersion = segment.first == "v" && segment.count > 1 && segment.dropFirst().allSatisfy(\.isNumber)
        return isVersion ? nil : Route.base + "/" + rest
    }
}
