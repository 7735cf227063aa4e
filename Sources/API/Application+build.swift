import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Storage

/// The router with every route of the API, in the order a request passes through.
func buildRouter(services: ShopServices, document: APIDocument, cors: CORSPolicy = CORSPolicy(), logger: Logger)
    -> Router<ShopContext>
{
    let router = Router(context: ShopContext.self, options: .autoGenerateHeadEndpoints)
    router.addMiddleware {
        RequestIDMiddleware()
        ClientAddressMiddleware(proxies: services.trustedProxies)
        SecurityHeadersMiddleware()
        ObservationMiddleware()
        CrossOriginMiddleware(policy: cors)
        ProblemMiddleware()
        AccessMiddleware(tokens: services.tokens) { try await services.accounts.user($0) }
    }
    HealthRoutes(health: services.health).add(to: router)
    router.addMiddleware {
        StartMiddleware(servers: services.health.servers)
        RateLimitMiddleware(limiter: services.limiter)
    }
    let version = router.group(RouterPath(AccessTable.base))
    DocumentRoutes(document: document).add(to: version)
    AuthRoutes(services: services).add(to: version.group("auth"))
    ProfileRoutes(accounts: services.accounts).add(to: version)
    CatalogRoutes(catalogue: services.catalogue, cache: services.products, settings: services.settings).add(
        to: version)
    RateRoutes(rates: services.rates, settings: services.settings).add(to: version)
    CartRoutes(
        carts: services.carts, guests: services.guests, limiter: services.limiter, settings: services.settings
    ).add(to: version)
    let waiter = OrderLongPoll(orders: services.orders, outcomes: services.outcomes, logger: logger)
    OrderRoutes(
        orders: services.orders, guests: services.guests, waiter: waiter, waits: services.waits,
        cartTokens: services.cartTokens
    ).add(to: version)
    OrderPaymentRoutes(orders: services.orders, guests: services.guests, waiter: waiter, waits: services.waits).add(
        to: version)
    OrderCancelRoutes(orders: services.orders, guests: services.guests).add(to: version)
    let webhooks = version.group("webhooks")
    PaymentWebhookRoutes(
        provider: services.settings.paymentProvider, webhook: services.paymentWebhook, store: services.webhooks
    ).add(to: webhooks)
    EmailWebhookRoutes(webhook: services.mailWebhook, events: services.mailEvents).add(to: webhooks)
    let admin = version.group("admin")
    AdminOrderRoutes(
        orders: services.orders, refunds: services.refunds, captures: services.captures, disputes: services.disputes,
        mail: services.mail,
        waits: services.waits
    ).add(to: admin)
    AdminDisputeRoutes(disputes: services.disputes).add(to: admin)
    AdminEmailRoutes(mail: services.mail).add(to: admin)
    AdminQueueRoutes(jobs: services.jobs).add(to: admin)
    AdminJobRoutes(jobs: services.jobs, remains: services.remains, webhooks: services.webhooks).add(to: admin)
    AdminDeadLetterRoutes(jobs: services.jobs, remains: services.remains, webhooks: services.webhooks).add(to: admin)
    AdminWebhookEventRoutes(webhooks: services.webhooks).add(to: admin)
    AdminRateRoutes(rates: services.rates).add(to: admin)
    AdminReconciliationRoutes(reconciliations: services.reconciliations).add(to: admin)
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
    edge: EdgeResources = EdgeResources(limits: EdgeLimits()), cors: CORSPolicy = CORSPolicy(), logger: Logger
) -> some ApplicationProtocol {
    let router = buildRouter(services: services, document: document, cors: cors, logger: logger)
    return Application(
        responder: VersionedResponder(next: router.buildResponder()),
        server: HTTPServerBuilder { responder in
            ShopChannel(responder: responder, resources: edge, cors: cors, linger: TimeAmount(linger))
        },
        configuration: ApplicationConfiguration(
            address: address, backlog: 4096,
            availableConnectionsDelegate: .maximum(edge.limits.connections, logger: logger)),
        services: [OutcomeListener(outcomes: services.outcomes)],
        onServerRunning: { await gate.opened($0) },
        logger: logger)
}
