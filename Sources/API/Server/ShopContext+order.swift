import Domain
import Hummingbird
import Storage

extension ShopContext {
    /// The order named in the path. What is no id names no order.
    func orderID() throws -> Order.ID {
        guard let id = Order.ID(try parameters.require("id")) else { throw Problem.notFound("order") }
        return id
    }

    /// Who looks at orders: a user, or the guest with the cart token. Throws 401 without either.
    func orderViewer(_ request: Request, _ guests: GuestStore) async throws -> OrderViewer {
        if let buyer = try await orderer(request, guests) { return .buyer(buyer) }
        // A token that nobody was given shows nothing.
        guard let token = try CartTokens.token(of: request) else { throw Problem.unauthorized }
        return .buyer(.guest(tokenHash: RandomToken.hash(token)))
    }
}
