import Hummingbird
import Storage

extension ShopContext {
    /// Whose cart and orders the request is about: the user's, or the guest's with the cart token. nil without either.
    func buyer(_ request: Request) throws(Problem) -> CartOwner? {
        if let user = viewer.user { return .user(user) }
        return try CartTokens.token(of: request).map { .guest(tokenHash: RandomToken.hash($0)) }
    }
}
