import HTTPTypes
import Hummingbird

/// Which other origins' pages may use the API, and how they are told (fetch standard, "HTTP-CORS protocol").
///
/// An origin is echoed exactly when it is on the list. A wildcard is never sent: pages may send credentials.
struct CORSPolicy: Sendable {
    /// Origins as browsers write them: `https://shop.example`.
    let origins: Set<String>

    init(origins: some Sequence<String> = []) { self.origins = Set(origins) }

    /// Headers of answers that pages may read.
    private static let exposed =
        "Location, ETag, Retry-After, X-Request-Id, X-Cart-Token, Idempotent-Replayed, Preference-Applied, "
        + "RateLimit, RateLimit-Policy"
    /// Headers of requests that pages may send.
    private static let accepted =
        "Authorization, Content-Type, Accept-Language, If-None-Match, Idempotency-Key, Prefer, Traceparent, "
        + "X-Cart-Token, X-Request-Id, "
        + "X-Session, X-CSRF-Token, Last-Event-ID"
    /// Seconds for which browsers keep the answer to a preflight.
    private static let maximumAge = "600"

    /// What every answer carries, by the request's `Origin`.
    func fields(for origin: [String]) -> HTTPFields {
        guard !origins.isEmpty else { return [:] }
        var fields: HTTPFields = [.vary: "Origin"]
        guard origin.count == 1, origins.contains(origin[0]) else { return fields }
        fields[.accessControlAllowOrigin] = origin[0]
        fields[.accessControlAllowCredentials] = "true"
        fields[.accessControlExposeHeaders] = Self.exposed
        return fields
    }

    /// What the answer to a preflight carries besides.
    func preflightFields(allowing methods: String) -> HTTPFields {
        [
            .accessControlAllowMethods: methods, .accessControlAllowHeaders: Self.accepted,
            .accessControlMaxAge: Self.maximumAge,
        ]
    }
}

/// Answers `OPTIONS`, and tells pages of other origins what they may do.
struct CrossOriginMiddleware: RouterMiddleware {
    let policy: CORSPolicy
    let routes: RouteTable

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        let fields = policy.fields(for: request.headers[values: .origin])
        var response =
            request.method == .options ? try options(request, context, fields) : try await next(request, context)
        for field in fields where field.name != .vary { response.headers[field.name] = field.value }
        if let vary = fields[.vary] {
            let before = response.headers[.vary].map { $0 + ", " } ?? ""
            response.headers[.vary] = before + vary
        }
        return response
    }

    private func options(_ request: Request, _ context: ShopContext, _ fields: HTTPFields) throws -> Response {
        let path = request.head.path ?? "/"
        let methods: [HTTPRequest.Method] =
            path == "*"
            ? [.get, .head, .post, .put, .patch, .delete, .options] : routes.methods(at: request.uri.path)
        guard !methods.isEmpty else {
            return try ProblemMiddleware.response(
                .notFound("address"), instance: request.uri.path, requestID: context.requestID)
        }
        let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
        var headers: HTTPFields = [.allow: allowed, .cacheControl: "no-store"]
        if request.headers[.accessControlRequestMethod] != nil {
            headers[.vary] = "Access-Control-Request-Method, Access-Control-Request-Headers"
            if fields[.accessControlAllowOrigin] != nil {
                for field in policy.preflightFields(allowing: allowed) { headers[field.name] = field.value }
            }
        }
        return Response(status: .noContent, headers: headers)
    }
}
