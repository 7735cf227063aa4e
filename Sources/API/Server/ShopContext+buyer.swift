import Hummingbird
import Storage

extension ShopContext {
    /// Whose cart and orders the request is about: the user's, or the guest's to whom the cart token was given out. nil
    /// without either; a token that nobody was given is none, so that nobody can choose the token of somebody else's
    /// cart beforehand.
    func buyer(_ request: Request, _ guests: GuestStore) async throws -> CartOwner? {
        if let user = viewer.user { return .user(user) }
        guard let token = try CartTokens.token(of: request) else { return nil }
        return try await guests.guest(holding: RandomToken.hash(token)).map { .guest(tokenHash: $0) }
    }

    /// The buyer for a request about orders. A user who comes with a cart token as well has proved that what was
    /// ordered with it is theirs: it is taken over into the account first.
    func orderer(_ request: Request, _ guests: GuestStore) async throws -> CartOwner? {
        guard let user = viewer.user else { return try await buyer(request, guests) }
        if let token = request.headers[.cartToken], RandomToken.isPlausible(token) {
            try await guests.takeOver(RandomToken.hash(token), by: user, remoteAddress: remoteAddress)
        }
        return .user(user)
    }
}
