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
    let schedules: [JobSchedule]
    let sweeps: [any Service]
    let interceptors: [any JobInterceptor]
    /// What holds queues back while their provider is away.
    let gates: [QueueName: any QueueGate]

    /// - Throws: `StartupError` that names every setting a provider refuses.
    init(_ settings: WorkerProcessSettings, _ connections: Connections, client: OutboundHTTPClient, logger: Logger)
        throws(StartupError)
    {
        let (database, redis, dispatcher) = (connections.database, connections.redis, connections.dispatcher)
        let prefix = settings.redis.queuePrefix
        let providers = ProviderGates(settings.payments, connections, prefix: prefix, logger: logger)
        let outbound = try OutboundServices(
            payments: settings.payments, email: settings.email, rates: settings.rates, gates: providers, client: client,
            logger: logger)
        gates = providers.byQueue
        interceptors = [FormerNameInterceptor(), OutageInterceptor(gates: providers.byQueue)]
        var shop = settings.shop
        shop.captureWindow = .seconds(settings.payments.captureDays * 86_400)
        let stores = connections.stores(shop)
        let checkoutStore = stores.checkout
        let checkouts = CheckoutBatches(store: checkoutStore)
        let emailStore = EmailStore(database: database, dispatcher: dispatcher)

        var registry = JobRegistry()
        registry.register(
            CheckoutHandler(
                checkouts: checkouts, store: checkoutStore, payments: outbound.payments,
                captureMethod: settings.payments.capture))
        let orders = OrderStore(database: database, dispatcher: dispatcher, settings: settings.shop)
        registry.register(
            CancelOrderHandler(orders: orders, store: checkoutStore, checkouts: checkouts, payments: outbound.payments))
        registry.register(
            CapturePaymentHandler(store: checkoutStore, checkouts: checkouts, payments: outbound.payments))
        registry.register(
            CaptureDeadlinesHandler(
                store: CaptureStore(database: database, dispatcher: dispatcher),
                captures: settings.payments.deadline == .capture))
        let refunds = RefundStore(database: database, dispatcher: dispatcher)
        registry.register(RefundPaymentHandler(store: refunds, payments: outbound.payments))
        let webhooks = WebhookStore(
            database: database, dispatcher: dispatcher, provider: settings.shop.paymentProvider)
        registry.register(
            PaymentEventHandler(
                events: PaymentEventBatches(store: webhooks), reader: outbound.paymentEvents,
                intents: IntentEventHandler(store: checkoutStore, checkouts: checkouts, payments: outbound.payments),
                refunds: RefundEventHandler(refunds: refunds, store: checkoutStore, payments: outbound.payments),
                disputes: DisputeStore(database: database),
                owners: PaymentOwners(store: checkoutStore, payments: outbound.payments)))
        let reconciliations = ReconciliationStore(database: database)
        registry.register(
            ReconcilePaymentsHandler(
                store: reconciliations,
                resolver: BreakResolver(
                    store: checkoutStore, checkouts: checkouts, refunds: refunds, payments: outbound.payments),
                payments: outbound.payments))
        let emailGate = providers.byQueue[SendEmail.queue]
        registry.register(
            SendEmailHandler(
                store: emailStore, transport: outbound.email, renderer: outbound.emailRenderer,
                isAway: { if let emailGate { await emailGate.circuit().state != .closed } else { false } }))
        let emailEvents = EmailEventStore(database: database, dispatcher: dispatcher)
        registry.register(EmailEventsHandler(store: emailEvents))
        registry.register(InvalidateProductsHandler(cache: ProductCache(redis: redis, prefix: prefix)))
        let rates = RateStore(database: database)
        registry.register(RefreshRatesHandler(source: outbound.rates, store: rates))
        registry.register(WatchRatesHandler(store: rates, settings: settings.shop))
        registry.register(
            HousekeepingHandler(
                orders: orders, carts: CartStore(database: database, settings: settings.shop),
                accounts: AccountStore(database: database), webhooks: webhooks, emailEvents: emailEvents,
                reconciliations: reconciliations))
        for (former, name) in FormerJobNames.table.sorted(by: { $0.key < $1.key }) {
            registry.alias(former, of: name)
        }
        self.registry = registry

        schedules = [
            // A new shop has no rates at all, and its books were never compared.
            JobSchedule("rates.refresh", every: .minutes(60), startingWith: .latestSlot) { RefreshRates() },
            JobSchedule("payments.capture-deadlines", every: .minutes(15)) { CaptureDeadlines() },
            JobSchedule("payments.reconcile", every: .minutes(5), startingWith: .latestSlot) {
                ReconcilePayments(.recent)
            },
            JobSchedule("payments.reconcile-daily", cron: "17 3 * * *") { ReconcilePayments(.daily) },
            JobSchedule("rates.watch", cron: "0 9 * * *") { WatchRates() },
            JobSchedule("housekeeping", every: .minutes(60)) { Housekeeping() },
        ]

        var sweeps: [any Service] = [
            ReservationSweep(
                store: checkoutStore, checkouts: checkouts, reconciliation: reconciliations,
                payments: outbound.payments, interval: .seconds(2), logger: logger),
            UndecidedPaymentSweep(
                store: checkoutStore, checkouts: checkouts, payments: outbound.payments, interval: .seconds(2),
                logger: logger),
            ReconciliationGauge(store: reconciliations, interval: .seconds(60), logger: logger),
            RateAgeGauge(store: rates, interval: .seconds(60), logger: logger),
            EmailGauge(store: emailStore, interval: .seconds(60), logger: logger),
            CircuitGauge(gates: providers.all, interval: .seconds(2), logger: logger),
        ]
        let activity: (any EmailActivity)? =
            switch settings.email.transport {
            case .smtp: outbound.emailActivity
            case .sendGrid: RecordedEmailActivity(database: database)
            }
        if let activity {
            let renderer = outbound.emailRenderer
            sweeps.append(
                UnknownEmailSweep(
                    store: emailStore, activity: activity, messageID: { renderer.messageID(of: $0) },
                    wait: settings.email.unknownWait,
                    logger: logger))
        }
        self.sweeps = sweeps
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
