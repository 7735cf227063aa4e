import HTTPTypes
import Hummingbird

/// Headers every answer carries. The API serves data, so its pages may load nothing and be framed nowhere.
struct SecurityHeadersMiddleware: RouterMiddleware {
    static let fields: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .strictTransportSecurity: "max-age=31536000; includeSubDomains",
    ]

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        var response = try await next(request, context)
        for field in Self.fields where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        // What a handler did not declare public stays between the two of us.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
