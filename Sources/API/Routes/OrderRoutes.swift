import CrashPoints
import Crypto
import Domain
import HTTPTypes
import Hummingbird
import Storage

/// Placing orders and looking at them.
struct OrderRoutes {
    let orders: OrderStore
    let waiter: OutcomeWaiter
    let waits: OrderWaits
    let cartTokens: CartTokens

    func add(to group: RouterGroup<ShopContext>) {
        group.post("orders", use: place)
        group.get("orders", use: list)
        group.get("orders/{id}", use: show)
        group.get("orders/{id}/events", use: events)
    }

    @Sendable func place(_ request: Request, _ context: ShopContext) async throws -> Response {
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let seconds = PreferHeader.wait(request.headers[values: .prefer])
        let json = try await request.json()
        CrashPoint.pass(.orderRead)
        let body = try OrderRequest(try RequestFields(json))
        let (buyer, issuedToken) = try buyer(body, key: key, request, context)
        let outcome = try await orders.place(
            PlaceOrderRequest(
                idempotencyKey: key, fingerprint: Array(SHA256.hash(data: try JSONAnswer.data(json))), buyer: buyer, source: body.source,
                currency: body.currency, expectedTotal: body.expectedTotal, paymentMethod: body.paymentMethod, email: body.email,
                language: body.language ?? request.headers[.acceptLanguage].flatMap { Language(acceptLanguage: $0) },
                shippingAddress: body.shippingAddress, traceparent: request.headers[.traceparent].flatMap(TraceParent.checked),
                remoteAddress: context.remoteAddress, client: context.address))
        if case .tooManyDeclines(let declines) = outcome { declines.alert(context.logger) }
        let accepted = try AcceptedOrder(outcome, seconds: seconds, issuedToken: issuedToken)
        let order = await waiter.outcome(of: accepted.order, for: .buyer(buyer), seconds: seconds ?? 0)
        return try accepted.response(for: order, waiting: await waits.of(order))
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let page = query.page()
        try query.finish()
        let result = try await orders.orders(for: try context.orderViewer(request), page: page)
        let waiting = await waits.of(result.items)
        return try JSONAnswer.response(
            PageBody(items: result.items.map { OrderBody($0, waiting: waiting[$0.id]) }, nextCursor: result.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        let viewer = try context.orderViewer(request)
        guard let order = try await orders.order(try context.orderID(), for: viewer) else { throw Problem.notFound("order") }
        return try JSONAnswer.response(OrderBody(order, waiting: await waits.of(order)))
    }

    @Sendable func events(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let sequence = query.parsed("after", "Expected the sequence of an event.") { Int($0).flatMap { $0 >= 0 ? $0 : nil } }
        try query.finish()
        guard let events = try await orders.events(of: try context.orderID(), for: try context.orderViewer(request), after: sequence ?? 0)
        else {
            throw Problem.notFound("order")
        }
        return try JSONAnswer.response(PageBody(items: events.map(OrderEventBody.init), nextCursor: nil))
    }

    /// Who buys, and the cart token that was made for them when they came without one.
    private func buyer(
        _ body: OrderRequest, key: String, _ request: Request, _ context: ShopContext
    ) throws -> (CartOwner, token: String?) {
        if let buyer = try context.buyer(request) { return (buyer, nil) }
        guard body.items != nil else { throw Problem.cartEmpty }
        guard let email = body.email else { throw Problem.emailRequired }
        let token = cartTokens.expressToken(idempotencyKey: key, email: email)
        return (.guest(tokenHash: RandomToken.hash(token)), token)
    }
}
