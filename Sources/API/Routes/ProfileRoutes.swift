import Domain
import Hummingbird
import Storage

/// The account of whoever asks.
struct ProfileRoutes {
    let accounts: AccountStore

    func add(to routes: inout Routes) { routes.get("me", audience: .users, limit: .read, use: me) }

    @Sendable func me(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = context.viewer.user, let user = try await accounts.user(id), !user.isDisabled else {
            throw Problem.unauthorized
        }
        return try JSONResponse.response(UserBody(user))
    }
}
