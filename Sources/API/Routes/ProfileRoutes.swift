import Domain
import Hummingbird
import Storage

/// The account of whoever asks.
struct ProfileRoutes {
    let accounts: AccountStore

    func add(to group: RouterGroup<ShopContext>) { group.get("me", use: me) }

    @Sendable func me(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = context.viewer.user, let user = try await accounts.user(id), !user.isDisabled else {
            throw Problem.unauthorised
        }
        return try JSONResponse.response(UserBody(user))
    }
}
