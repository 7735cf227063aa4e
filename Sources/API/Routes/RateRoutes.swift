import Domain
import Hummingbird
import Storage

/// What can be paid in, and what prices are converted with.
struct RateRoutes {
    let rates: RateStore
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("currencies", audience: .everyone, limit: .read, use: currencies)
        routes.get("rates", audience: .everyone, limit: .read, use: current)
    }

    @Sendable func currencies(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        return try CacheableResponse.response(CurrenciesBody(try await rates.status(), settings), to: request)
    }

    @Sendable func current(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let body = RatesBody(try await rates.status(), settings) else { throw Problem.notFound("set of rates") }
        return try CacheableResponse.response(body, to: request)
    }
}
