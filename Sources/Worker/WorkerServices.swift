import Bootstrap
import CrashPoints
import Domain
import JobQueue
import Logging
import OutboundHTTP
import Providers
import Resilience
import ServiceLifecycle
import Storage
import Synchronization

/// What this shop's workers do: the handlers, the schedules and the sweeps, put together from the settings.
struct WorkerServices {
    let registry: JobRegistry
    let sweeps: [any Service]
    let interceptors: [any JobInterceptor]
    /// What holds queues back while their provider is away.
    let gates: [QueueName: any QueueGate]
    let schedules = [
        // A new shop has no rates at all, and its books were never compared.
        JobSchedule("rates.refresh", every: .minutes(60), startingWith: .latestSlot) { RefreshRates() },
        JobSchedule("payments.capture-deadlines", every: .minutes(15)) { CaptureDeadlines() },
        JobSchedule("payments.reconcile", every: .minutes(5), startingWith: .latestSlot) { ReconcilePayments(.recent) },
        JobSchedule("payments.reconcile-daily", cron: "17 3 * * *") { ReconcilePayments(.daily) },
        JobSchedule("rates.watch", cron: "0 9 * * *") { WatchRates() },
        JobSchedule("housekeeping", every: .minutes(60)) { Housekeeping() },
    ]

    /// - Throws: `StartupError` that names every setting a provider refuses.
    init(_ settings: WorkerProcessSettings, _ connections: Connections, client: OutboundHTTPClient, logger: Logger)
        throws(StartupError)
    {
        let providers = ProviderLimiters(
            settings.payments, connections, prefix: settings.redis.queuePrefix, logger: logger)
        let outbound = try OutboundServices(
            payments: settings.payments, email: settings.email, rates: settings.rates, limiters: providers,
            client: client,
            logger: logger)
        var shop = settings.shop
        shop.captureWindow = .seconds(settings.payments.captureDays * 86_400)
        let parts = WorkerParts(settings, connections.stores(shop), outbound, providers)
        registry = parts.registry
        sweeps = parts.sweeps(logger)
        gates = providers.byQueue
        interceptors = [FormerNameInterceptor(), OutageInterceptor(limiters: providers.byQueue)]
    }
}

/// What handlers and sweeps are made of. A new kind of job is one line in the group of its feature.
private struct WorkerParts {
    let settings: WorkerProcessSettings
    let stores: ShopStores
    let outbound: OutboundServices
    let providers: ProviderLimiters
    /// Joins concurrent changes of orders into batches, over all handlers.
    let checkouts: CheckoutBatches

    init(
        _ settings: WorkerProcessSettings, _ stores: ShopStores, _ outbound: OutboundServices,
        _ providers: ProviderLimiters
    ) {
        self.settings = settings
        self.stores = stores
        self.outbound = outbound
        self.providers = providers
        checkouts = CheckoutBatches(stores.reservations, stores.settlements)
    }

    var registry: JobRegistry {
        var registry = JobRegistry()
        registerOrders(in: &registry)
        registerPayments(in: &registry)
        registerEmail(in: &registry)
        registerMaintenance(in: &registry)
        for (former, name) in FormerJobNames.table.sorted(by: { $0.key < $1.key }) {
            registry.alias(former, of: name)
        }
        return registry
    }

    private func registerOrders(in registry: inout JobRegistry) {
        registry.register(
            CheckoutHandler(
                checkouts: checkouts, store: stores.settlements, payments: outbound.payments,
                captureMethod: settings.payments.capture))
        registry.register(
            CancelOrderHandler(
                orders: stores.orders, store: stores.settlements, checkouts: checkouts, payments: outbound.payments))
        registry.register(InvalidateProductsHandler(cache: stores.products))
    }

    private func registerPayments(in registry: inout JobRegistry) {
        let (store, refunds, payments) = (stores.settlements, stores.refunds, outbound.payments)
        registry.register(CapturePaymentHandler(store: store, checkouts: checkouts, payments: payments))
        registry.register(
            CaptureDeadlinesHandler(
                store: stores.captures, captures: settings.payments.onAuthorizationExpiry == .capture))
        registry.register(RefundPaymentHandler(store: refunds, payments: payments))
        registry.register(
            PaymentEventHandler(
                events: PaymentEventBatches(store: stores.webhooks), reader: outbound.paymentEvents,
                intents: IntentEventHandler(store: store, checkouts: checkouts, payments: payments),
                refunds: RefundEventHandler(refunds: refunds, store: store, payments: payments),
                disputes: stores.disputes, owners: PaymentOwners(store: store, payments: payments)))
        registry.register(
            ReconcilePaymentsHandler(
                store: stores.reconciliations,
                resolver: BreakResolver(store: store, checkouts: checkouts, refunds: refunds, payments: payments),
                payments: payments))
    }

    private func registerEmail(in registry: inout JobRegistry) {
        let limiter = providers.byQueue[SendEmail.queue]
        registry.register(
            SendEmailHandler(
                store: stores.emails, transport: outbound.email, renderer: outbound.emailRenderer,
                isAway: { if let limiter { await limiter.circuit().state != .closed } else { false } }))
        registry.register(EmailEventsHandler(store: stores.emailEvents))
    }

    private func registerMaintenance(in registry: inout JobRegistry) {
        registry.register(RefreshRatesHandler(source: outbound.rates, store: stores.rates))
        registry.register(WatchRatesHandler(store: stores.rates, settings: settings.shop))
        registry.register(
            HousekeepingHandler(
                orders: stores.orders, carts: stores.carts, accounts: stores.accounts, webhooks: stores.webhooks,
                emailEvents: stores.emailEvents, reconciliations: stores.reconciliations))
    }

    func sweeps(_ logger: Logger) -> [any Service] {
        let (often, seldom) = (Duration.seconds(2), Duration.seconds(60))
        var sweeps: [any Service] = [
            ReservationSweep(
                reservations: stores.reservations, settlements: stores.settlements, checkouts: checkouts,
                reconciliation: stores.reconciliations,
                payments: outbound.payments, interval: often, logger: logger),
            UndecidedPaymentSweep(
                store: stores.settlements, checkouts: checkouts, payments: outbound.payments, interval: often,
                logger: logger),
            ReconciliationGauge(store: stores.reconciliations, interval: seldom, logger: logger),
            RateAgeGauge(store: stores.rates, interval: seldom, logger: logger),
            EmailGauge(store: stores.emails, interval: seldom, logger: logger),
            LowStockGauge(store: stores.stock, interval: .seconds(300), logger: logger),
            CircuitGauge(limiters: providers.all, interval: often, logger: logger),
        ]
        let activity: (any EmailActivity)? =
            switch settings.email.transport {
            case .smtp: outbound.emailActivity
            case .sendGrid: RecordedEmailActivity(database: stores.database)
            }
        if let activity {
            let renderer = outbound.emailRenderer
            sweeps.append(
                UnknownEmailSweep(
                    store: stores.emails, activity: activity, messageID: { renderer.messageID(of: $0) },
                    wait: settings.email.unknownWait, logger: logger))
        }
        return sweeps
    }
}

/// Says once for each former name that jobs wait under it: the next version does not read it any more.
struct FormerNameInterceptor: JobInterceptor {
    private final class Told: Sendable {
        let names = Mutex<Set<String>>([])
    }

    private let told = Told()

    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
        let name = FormerJobNames.current(context.name)
        if name != context.name, told.names.withLock({ $0.insert(context.name).inserted }) {
            context.logger.warning(
                "a job was enqueued under a former name of its kind; the next version does not read it",
                metadata: ["former": "\(context.name)", "name": "\(name)"])
        }
        try await next()
    }
}

/// The crash points around a whole job. Programs built for release don't have it.
struct CrashInterceptor: JobInterceptor {
    /// What a worker puts around its handlers.
    static var installed: [any JobInterceptor] {
        #if DEBUG
            [CrashInterceptor()]
        #else
            []
        #endif
    }

    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
        CrashPoint.pass(.jobClaimed, of: context.name)
        try await next()
        CrashPoint.pass(.jobFinished, of: context.name)
    }
}

/// Runs `body` again and again, `interval` apart, until shutdown begins. A failure is logged and does not end it.
func repeatedly(
    every interval: Duration, log logger: Logger, _ what: String, _ body: @escaping @Sendable () async throws -> Void
) async {
    await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                if Task.isCancelled { return }
                logger.warning("could not \(what)", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)
        }
    }
}
