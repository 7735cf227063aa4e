import Bootstrap
import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Stands in front of every route: finds out who calls and whether they may, and counts the request. The only place
/// that lets a request through to a handler.
struct Gatekeeper: Sendable {
    let tokens: AccessTokens
    let accounts: AccountStore
    let limiter: RequestLimiter
    /// Until both servers have been found usable a process that could do harm does nothing.
    let servers: ServerStatus

    func answer(_ request: Request, _ context: ShopContext, by route: Route) async throws -> Response {
        guard route.answersWhileStarting || servers.isUsable else { throw Problem.unavailable("service") }
        var context = context
        if route.audience.readsToken { context.viewer = try await viewer(of: request, route.audience) }
        let holdsCartToken = request.headers[.cartToken] != nil
        guard route.audience.admits(context.viewer.caller, holdsCartToken: holdsCartToken) else {
            throw context.viewer == .anonymous ? Problem.unauthorized : Problem.forbidden
        }
        guard let limit = route.limit, let verdict = await limiter.admit(limit, context.client) else {
            return try await route.handler(request, context)
        }
        guard verdict.isAdmitted else { throw Problem.tooManyRequests(verdict) }
        do {
            var response = try await route.handler(request, context)
            for field in verdict.fields where response.headers[field.name] == nil {
                response.headers[field.name] = field.value
            }
            return response
        } catch let problem as Problem {
            throw problem.headers[.rateLimit] == nil ? problem.with(verdict.fields) : problem
        }
    }

    private func viewer(of request: Request, _ audience: Audience) async throws -> Viewer {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else { return .anonymous }
        let scheme = "bearer "
        guard headers.count == 1, header.prefix(scheme.count).lowercased() == scheme,
            let subject = await tokens.subject(of: String(header.dropFirst(scheme.count)))
        else { throw Problem.unauthorized }
        guard audience.checksAccount else { return .user(subject.user, subject.role) }
        guard let account = try await accounts.user(subject.user), !account.isDisabled,
            account.sessionVersion == subject.sessionVersion
        else { throw Problem.unauthorized }
        return .user(account.id, account.role)
    }
}

extension ShopContext {
    /// Whose requests are counted together: a user's wherever they come from, all others' by address.
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
            "At most \(verdict.limit.count) of these are taken in \(verdict.limit.seconds) seconds. Try again "
                + "in \(verdict.seconds) seconds."
        ).with(verdict.fields).with(.retryAfter, String(verdict.seconds))
    }
}
