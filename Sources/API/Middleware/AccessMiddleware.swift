import Domain
import HTTPTypes
import Hummingbird

/// Finds out who asks and whether they may: the only place that lets a request through to a handler.
struct AccessMiddleware: RouterMiddleware {
    let tokens: AccessTokens
    /// The account as it is now.
    let account: @Sendable (User.ID) async throws -> User?

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        guard let route = context.endpointPath, route != "NotFound" else { return try await next(request, context) }
        guard let rule = AccessTable.rule(request.method, route) else { throw Problem.forbidden }
        var context = context
        if rule.readsToken { context.viewer = try await viewer(of: request, rule) }
        guard rule.audiences.contains(context.viewer.audience) else {
            throw context.viewer == .anonymous ? Problem.unauthorised : Problem.forbidden
        }
        return try await next(request, context)
    }

    private func viewer(of request: Request, _ rule: AccessRule) async throws -> Viewer {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else { return .anonymous }
        let scheme = "bearer "
        guard headers.count == 1, header.prefix(scheme.count).lowercased() == scheme,
            let subject = await tokens.subject(of: String(header.dropFirst(scheme.count)))
        else { throw Problem.unauthorised }
        guard rule.asksDatabase else { return .user(subject.user, subject.role) }
        guard let account = try await account(subject.user), !account.isDisabled,
            account.sessionVersion == subject.sessionVersion
        else {
            throw Problem.unauthorised
        }
        return .user(account.id, account.role)
    }
}
