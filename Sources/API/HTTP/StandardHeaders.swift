import HTTPTypes
import Hummingbird
import Logging

/// Gives every request an id, takes over a sane one of the client's, and puts it on the answer and into every log line.
struct RequestIDMiddleware: RouterMiddleware {
    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        let id = Self.id(for: request.headers[.requestID])
        var context = context
        context.requestID = id
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = "\(id)"
        var response = try await next(request, context)
        response.headers[.requestID] = id
        return response
    }

    /// The client's id when it is 8 to 64 letters, digits, dots, hyphens and underscores, otherwise a new one.
    static func id(for given: String?) -> String {
        guard let given, (8...64).contains(given.utf8.count), given.utf8.allSatisfy(isSane) else { return make() }
        return given
    }

    /// 16 hexadecimal digits.
    static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

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
