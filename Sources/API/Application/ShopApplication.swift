import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Storage
import Tracing

/// Every route of the API.
func shopRoutes(_ services: ShopServices, document: APIDocument, logger: Logger) -> RouteTable {
    var routes = Routes()
    HealthRoutes(health: services.health).add(to: &routes)
    DocumentRoutes(document: document).add(to: &routes)
    AuthRoutes(services: services).add(to: &routes)
    ProfileRoutes(accounts: services.accounts).add(to: &routes)
    CatalogRoutes(catalog: services.catalog, cache: services.products, settings: services.settings)
        .add(to: &routes)
    RateRoutes(rates: services.rates, settings: services.settings).add(to: &routes)
    CartRoutes(
        carts: services.carts, guests: services.guests, shipping: services.shippingMethods, limiter: services.limiter,
        settings: services.settings
    ).add(to: &routes)
    let waiter = OrderLongPoll(orders: services.orders, outcomes: services.notifier, logger: logger)
    OrderRoutes(
        orders: services.orders, guests: services.guests, waiter: waiter,
        streams: OrderEventStreams(orders: services.orders, notifier: services.notifier, logger: logger),
        waits: services.waits,
        cartTokens: services.cartTokens
    ).add(to: &routes)
    OrderPaymentRoutes(orders: services.orders, guests: services.guests, waiter: waiter, waits: services.waits)
        .add(to: &routes)
    OrderCancelRoutes(orders: services.orders, guests: services.guests).add(to: &routes)
    OrderLookupRoutes(orders: services.orders, limiter: services.limiter).add(to: &routes)
    PaymentWebhookRoutes(
        provider: services.settings.paymentProvider, webhook: services.paymentWebhook, store: services.webhooks
    ).add(to: &routes)
    EmailWebhookRoutes(webhook: services.emailWebhook, events: services.emailEvents).add(to: &routes)
    AdminOrderRoutes(
        orders: services.orders, refunds: services.refunds, captures: services.captures, disputes: services.disputes,
        emails: services.emails, waits: services.waits
    ).add(to: &routes)
    AdminOrderListRoutes(orders: services.orders).add(to: &routes)
    AdminShipmentRoutes(shipments: services.shipments).add(to: &routes)
    AdminStockRoutes(stock: services.stock).add(to: &routes)
    AdminDisputeRoutes(disputes: services.disputes).add(to: &routes)
    AdminEmailRoutes(emails: services.emails).add(to: &routes)
    AdminQueueRoutes(jobs: services.jobs).add(to: &routes)
    AdminJobRoutes(jobs: services.jobs, remains: services.remains, webhooks: services.webhooks).add(to: &routes)
    AdminDeadLetterRoutes(jobs: services.jobs, remains: services.remains, webhooks: services.webhooks)
        .add(to: &routes)
    AdminWebhookEventRoutes(webhooks: services.webhooks).add(to: &routes)
    AdminDiscountRoutes(discounts: services.discounts, settings: services.settings).add(to: &routes)
    AdminShippingMethodRoutes(methods: services.shippingMethods, settings: services.settings).add(to: &routes)
    AdminRateRoutes(rates: services.rates).add(to: &routes)
    AdminReconciliationRoutes(reconciliations: services.reconciliations).add(to: &routes)
    return RouteTable(routes)
}

/// The router over the routes, with what every request passes through first.
///
/// - Parameter tracer: gives each request a span; `nil` where nothing is traced.
func buildRouter(
    _ services: ShopServices, _ routes: RouteTable, cors: CORSPolicy = CORSPolicy(), tracer: (any Tracer)? = nil
) -> Router<ShopContext> {
    let router = Router(context: ShopContext.self, options: .autoGenerateHeadEndpoints)
    router.addMiddleware {
        RequestIDMiddleware()
        ClientAddressMiddleware(proxies: services.trustedProxies)
        SecurityHeadersMiddleware()
    }
    if let tracer { router.add(middleware: TracingMiddleware(tracer: tracer)) }
    router.addMiddleware {
        ObservationMiddleware()
        CrossOriginMiddleware(policy: cors, routes: routes)
        ProblemMiddleware(routes: routes)
    }
    router.add(
        routes,
        behind: Gatekeeper(
            tokens: services.tokens, accounts: services.accounts, limiter: services.limiter,
            servers: services.health.servers))
    return router
}

/// The HTTP server around the router.
///
/// - Parameters:
///   - linger: how long idle connections stay open for one more request once the server goes down.
///   - gate: is told of the listening socket; runs as a service behind this one.
///   - edge: what all connections share, and their limits.
func buildApplication(
    services: ShopServices, document: APIDocument, address: BindAddress, linger: Duration, gate: ListenerGate,
    edge: EdgeResources = EdgeResources(limits: EdgeLimits()), cors: CORSPolicy = CORSPolicy(),
    tracer: (any Tracer)? = nil, logger: Logger
) -> some ApplicationProtocol {
    let accepted = AcceptedConnections()
    let routes = shopRoutes(services, document: document, logger: logger)
    let router = buildRouter(services, routes, cors: cors, tracer: tracer)
    return Application(
        responder: VersionedResponder(next: router.buildResponder()),
        server: HTTPServerBuilder { responder in
            ShopChannel(
                responder: responder, routes: routes, resources: edge, cors: cors, accepted: accepted,
                linger: TimeAmount(linger))
        },
        configuration: ApplicationConfiguration(
            address: address, backlog: 4096,
            availableConnectionsDelegate: .maximum(edge.limits.connections, logger: logger)),
        services: [OutcomeListener(outcomes: services.notifier), accepted],
        onServerRunning: { await gate.opened($0) },
        logger: logger)
}
