import Bootstrap
import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Counts requests by client and class of route, refuses those beyond the limit, and says on every answer how many are
/// left.
struct RateLimitMiddleware: RouterMiddleware {
    let limiter: RequestLimiter

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        guard let route = context.endpointPath, route != "NotFound", let kind = RequestClass.of(request.method, route),
            let verdict = await limiter.admit(kind, context.client)
        else { return try await next(request, context) }
        guard verdict.isAdmitted else { throw Problem.tooManyRequests(verdict) }
        do {
            var response = try await next(request, context)
            for field in verdict.fields where response.headers[field.name] == nil {
                response.headers[field.name] = field.value
            }
            return response
        } catch let problem as Problem {
            throw problem.headers[.rateLimit] == nil ? problem.with(verdict.fields) : problem
        }
    }
}

extension ShopContext {
    /// Whose requests are counted together: a user's wherever they come from, everybody else's by address.
    var client: String { viewer.user.map { "user:\($0)" } ?? address }

    /// The client's address as far as it is counted.
    var address: String { clientAddress?.client ?? "unknown" }
}

extension RequestLimiter {
    /// Counts something beside the request itself. Throws 429 beyond the limit.
    func require(_ kind: RequestClass, _ client: String) async throws(Problem) {
        if let verdict = await admit(kind, client), !verdict.isAdmitted { throw .tooManyRequests(verdict) }
    }
}

extension RequestLimiter.Verdict {
    /// `RateLimit-Policy: "checkout";q=30;w=60` and `RateLimit: "checkout";r=29;t=42`
    /// (draft-ietf-httpapi-ratelimit-headers-10).
    var fields: HTTPFields {
        [
            .rateLimitPolicy: "\"\(kind.rawValue)\";q=\(limit.count);w=\(limit.seconds)",
            .rateLimit: "\"\(kind.rawValue)\";r=\(left);t=\(seconds)",
        ]
    }
}

extension Problem {
    static func tooManyRequests(_ verdict: RequestLimiter.Verdict) -> Problem {
        Problem(
            "too_many_requests", .tooManyRequests, "Too many requests",
            "At most \(verdict.limit.count) of these are taken in \(verdict.limit.seconds) seconds. Try again in \(verdict.seconds) seconds."
        ).with(verdict.fields).with(.retryAfter, String(verdict.seconds))
    }
}
