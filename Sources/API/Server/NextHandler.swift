import Hummingbird

/// The rest of the chain as a middleware gets it. Hummingbird's protocol is written with closures that run off the
/// caller's actor.
typealias NextHandler = @concurrent (Request, ShopContext) async throws -> Response
