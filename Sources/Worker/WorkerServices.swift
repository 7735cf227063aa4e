import Bootstrap
import Domain
import JobQueue
import Logging
import OutboundHTTP
import Providers
import ServiceLifecycle
import Storage

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
            payments: settings.payments, mail: settings.mail, rates: settings.rates, gates: providers, client: client,
            logger: logger)
        gates = providers.byQueue
        interceptors = [OutageInterceptor(gates: providers.byQueue)]
        var shop = settings.shop
        shop.captureWindow = .seconds(settings.payments.captureDays * 86_400)
        let checkoutStore = CheckoutStore(
            database: database, dispatcher: dispatcher, outcomes: OrderNotifier(redis: redis, prefix: prefix),
            settings: shop)
        let checkouts = CheckoutBatches(store: checkoutStore)
        let mailStore = EmailStore(database: database, dispatcher: dispatcher)

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
        let webhooks = WebhookStore(database: database, dispatcher: dispatcher)
        registry.register(
            PaymentEventHandler(
                events: PaymentEventBatches(store: webhooks),
                intents: IntentEventHandler(store: checkoutStore, checkouts: checkouts, payments: outbound.payments),
                refunds: RefundEventHandler(refunds: refunds, store: checkoutStore, payments: outbound.payments),
                disputes: DisputeStore(database: database),
                owners: PaymentOwners(store: checkoutStore, payments: outbound.payments)))
        let reconciliations = ReconciliationStore(database: database)
        registry.register(
            ReconcilePaymentsHandler(
                store: reconciliations,
                healer: BreakResolver(
                    store: checkoutStore, checkouts: checkouts, refunds: refunds, payments: outbound.payments),
                payments: outbound.payments))
        let mailGate = providers.byQueue[SendEmail.queue]
        registry.register(
            SendEmailHandler(
                store: mailStore, transport: outbound.mail, renderer: outbound.mailRenderer,
                isAway: { if let mailGate { await mailGate.circuit().state != .closed } else { false } }))
        let mailEvents = EmailEventStore(database: database, dispatcher: dispatcher)
        registry.register(EmailEventsHandler(store: mailEvents))
        registry.register(InvalidateProductsHandler(cache: ProductCache(redis: redis, prefix: prefix)))
        let rates = RateStore(database: database)
        registry.register(RefreshRatesHandler(source: outbound.rates, store: rates))
        registry.register(WatchRatesHandler(store: rates, settings: settings.shop))
        registry.register(
            HousekeepingHandler(
                orders: orders, carts: CartStore(database: database, settings: settings.shop),
                accounts: AccountStore(database: database), webhooks: webhooks, mailEvents: mailEvents,
                reconciliations: reconciliations))
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
            EmailGauge(store: mailStore, interval: .seconds(60), logger: logger),
            CircuitGauge(gates: providers.all, interval: .seconds(2), logger: logger),
        ]
        let activity: (any EmailActivity)? =
            switch settings.mail.transport {
            case .smtp: outbound.mailActivity
            case .sendGrid: RecordedEmailActivity(database: database)
            }
        if let activity {
            let renderer = outbound.mailRenderer
            sweeps.append(
                UnknownEmailSweep(
                    store: mailStore, activity: activity, messageID: { renderer.messageID(of: $0) },
                    wait: settings.mail.unknownWait,
                    logger: logger))
        }
        self.sweeps = sweeps
    }
}
