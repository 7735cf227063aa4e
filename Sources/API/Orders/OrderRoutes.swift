import CrashPoints
import Crypto
import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Placing orders and looking at them.
struct OrderRoutes {
    let orders: OrderStore
    let guests: GuestStore
    let waiter: OrderLongPoll
    let streams: OrderEventStreams
    let waits: QueueEstimator
    let cartTokens: CartTokens

    func add(to routes: inout Routes) {
        routes.post(
            "orders", audience: .shoppers.checkingAccount, limit: .checkout, bodyBytes: Limits.orderBodyBytes,
            use: place)
        routes.get("orders", audience: .buyers, limit: .read, use: list)
        routes.get("orders/{id}", audience: .buyers, limit: .read, use: show)
        routes.get("orders/{id}/events", audience: .buyers, limit: .read, use: events)
    }

    @Sendable func place(_ request: Request, _ context: ShopContext) async throws -> Response {
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let seconds = PreferHeader.wait(request.headers[values: .prefer])
        let json = try await request.json()
        CrashPoint.pass(.orderRead)
        let body = try OrderRequest(try RequestFields(json))
        let buyer = try await buyer(body, key: key, request, context)
        let outcome = try await orders.place(
            PlaceOrderRequest(
                idempotencyKey: key, fingerprint: Array(SHA256.hash(data: try JSONResponse.data(json))),
                buyer: buyer.owner,
                scopes: buyer.scopes, earlierScopes: buyer.earlierScopes, source: body.source, currency: body.currency,
                discountCode: body.discountCode, shippingMethod: body.shippingMethod, expectedTotal: body.expectedTotal,
                paymentMethod: body.paymentMethod,
                email: body.email,
                language: body.language ?? request.headers[.acceptLanguage].flatMap { Language(acceptLanguage: $0) },
                shippingAddress: body.shippingAddress,
                traceparent: request.traceparent,
                remoteAddress: context.remoteAddress, client: context.address))
        if case .tooManyDeclines(let declines) = outcome { declines.alert(context.logger) }
        if case .replayed(let order) = outcome, let token = buyer.issuedToken {
            // The answer with the first token was lost; only its hash is left.
            try await guests.give(RandomToken.hash(token), for: order.id)
        }
        let accepted = try AcceptedOrder(outcome, seconds: seconds, issuedToken: buyer.issuedToken)
        // No provider has to be asked about an order that costs nothing, so its outcome is waited for also where no
        // client asked for that.
        let patience = seconds ?? (accepted.order.isFree ? Limits.freeOrderSeconds : 0)
        // The key has proved whose order it is, also when it was placed under another identity.
        let order = await waiter.outcome(of: accepted.order, for: .staff, seconds: patience)
        return try accepted.response(for: order, waiting: await waits.of(order))
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let page = query.page()
        try query.finish()
        let result = try await orders.orders(for: try await context.orderViewer(request, guests), page: page)
        let waiting = await waits.of(result.items)
        return try JSONResponse.response(
            PageDocument(
                items: result.items.map { OrderDocument($0, waiting: waiting[$0.id]) }, nextCursor: result.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        let viewer = try await context.orderViewer(request, guests)
        guard let order = try await orders.order(try context.orderID(), for: viewer) else {
            throw Problem.notFound("order")
        }
        return try JSONResponse.response(OrderDocument(order, waiting: await waits.of(order)))
    }

    @Sendable func events(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let sequence = query.parsed("after", "Expected the sequence of an event.") {
            Int($0).flatMap { $0 >= 0 ? $0 : nil }
        }
        try query.finish()
        let isStream = OrderEventStreams.isWanted(request)
        // A client that connects again repeats the address of its first time, and says besides how far it has come.
        let after = isStream ? try OrderEventStreams.lastEventID(request) ?? sequence ?? 0 : sequence ?? 0
        let (id, viewer) = (try context.orderID(), try await context.orderViewer(request, guests))
        guard let events = try await orders.events(of: id, for: viewer, after: after) else {
            throw Problem.notFound("order")
        }
        if isStream { return try streams.response(of: id, for: viewer, after: after, beginningWith: events) }
        return try JSONResponse.response(PageDocument(items: events.map(OrderEventBody.init), nextCursor: nil))
    }

    /// Who buys, and how the idempotency key finds the order again.
    private struct Buyer {
        let owner: CartOwner
        var scopes: [String]?
        var earlierScopes: [String] = []
        /// The cart token that was made for a guest who came without one.
        var issuedToken: String?
    }

    private func buyer(_ body: OrderRequest, key: String, _ request: Request, _ context: ShopContext) async throws
        -> Buyer
    {
        if let owner = try await context.orderer(request, guests) { return Buyer(owner: owner) }
        guard body.items != nil else { throw Problem.cartEmpty }
        guard let email = body.email else { throw Problem.emailRequired }
        let token = RandomToken.make()
        let owner = CartOwner.guest(tokenHash: RandomToken.hash(token))
        // Repeated, the request comes with the token when its answer arrived, and without it when it was lost.
        return Buyer(
            owner: owner, scopes: [CartTokens.scope(ofGuestWith: email), owner.idempotencyScope],
            earlierScopes: cartTokens.earlierScopes(idempotencyKey: key, email: email), issuedToken: token)
    }
}

extension ShopContext {
    /// The order named in the path. What is no id names no order.
    func orderID() throws -> Order.ID {
        guard let id = Order.ID(try parameters.require("id")) else { throw Problem.notFound("order") }
        return id
    }

    /// Who looks at orders: a user, or the guest with the cart token. Throws 401 without either.
    func orderViewer(_ request: Request, _ guests: GuestStore) async throws -> OrderViewer {
        if let buyer = try await orderer(request, guests) { return .buyer(buyer) }
        // A token that was never given out shows nothing.
        guard let token = try CartTokens.token(of: request) else { throw Problem.unauthorized }
        return .buyer(.guest(tokenHash: RandomToken.hash(token)))
    }
}

/// Something that happened to an order.
struct OrderEventBody: Encodable {
    let sequence: Int
    let event: String
    let status: String
    let reason: String?
    let at: Date

    init(_ event: OrderEvent) {
        sequence = event.sequence
        self.event = event.kind.rawValue
        status = event.status.rawValue
        reason = event.reason
        at = event.at
    }
}
