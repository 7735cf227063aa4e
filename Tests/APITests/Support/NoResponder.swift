import Hummingbird

@testable import API

/// Stands in for a router where only types matter.
struct NoResponder: HTTPResponder {
    func respond(to request: Request, context: ShopContext) async throws -> Response { throw HTTPError(.notFound) }
}
