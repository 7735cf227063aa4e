import Hummingbird
import JSON
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The whole sandbox put together: the journal replayed, the payments, mail and rates on one HTTP server, the webhooks,
/// and the SMTP sink.
struct SandboxServer: Sendable {
    private let readiness: Readiness
    private let settings: SandboxSettings
    private let desk: PaymentService
    private let emails: EmailStore
    private let faults: FaultInjector
    private let outbox: WebhookOutbox
    private let mailEvents: EmailEventOutbox
    private let templates: SendGridTemplates
    private let rates = RateBoard()
    private let logger: Logger

    /// Opens and replays the journal; listens on nothing yet.
    /// - Parameter onReady: called once, when both servers listen.
    /// - Throws: `JournalError` when the journal is damaged or cannot be used.
    init(settings: SandboxSettings, logger: Logger, onReady: @escaping @Sendable (SandboxURLs) -> Void)
        throws(JournalError)
    {
        self.settings = settings
        self.logger = logger
        var (journal, records): (Journal, [JournalRecord]) = (Journal(), [])
        if let directory = settings.dataDirectory { (journal, records) = try Journal.open(directory: directory) }
        faults = FaultInjector(latencyMilliseconds: settings.latencyMilliseconds, rateLimit: settings.rateLimit)
        outbox = WebhookOutbox(
            target: settings.webhook, version: settings.apiVersion, faults: faults, journal: journal, replaying: records
        )
        desk = PaymentService(journal: journal, outbox: outbox, replaying: records)
        emails = EmailStore(journal: journal, replaying: records)
        mailEvents = try EmailEventOutbox(
            url: settings.mailWebhookURL, signingKey: settings.mailSigningKey, faults: faults, journal: journal,
            replaying: records)
        templates = SendGridTemplates(journal: journal, replaying: records)
        readiness = Readiness(host: settings.host, onReady: onReady)
    }

    /// Both servers, and what tells the shop of events, as one group, which stops gracefully on the given signals.
    func group(stoppingOn signals: [UnixSignal] = []) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: signals, logger: logger)
        // Long enough for a slow call to be answered, short enough not to keep the operator who stops it waiting.
        configuration.maximumGracefulShutdownDuration = Duration.seconds(5)
        return ServiceGroup(configuration: configuration)
    }

    private var services: [any Service] {
        let readiness = readiness
        let application = Application(
            // A worker with a thousand slots opens as many connections at once.
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: 4096),
            onServerRunning: { channel in readiness.http(channel.localAddress?.port ?? 0) }, logger: logger)
        var offers = settings.smtpOffers
        if SMTPEncryption.program == nil { offers.encryption = .none }
        let smtp = SMTPServer(
            host: settings.host, port: settings.smtpPort,
            connection: SMTPConnection(
                store: emails, faults: faults, credentials: settings.smtpCredentials, offers: offers), logger: logger,
            onRunning: { readiness.smtp($0) })
        let later = LaterService(desk: desk, delay: .milliseconds(settings.laterMilliseconds))
        return [
            WebhookSender(outbox: outbox, logger: logger), EmailEventSender(outbox: mailEvents, logger: logger), later,
            application, smtp,
        ]
    }

    private var router: Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        router.add(middleware: BodyDrainMiddleware())
        router.add(middleware: SandboxMarkMiddleware())
        PaymentRoutes(desk: desk, faults: faults).add(to: router)
        WebhookRoutes(outbox: outbox, desk: desk).add(to: router)
        AuthenticationRoutes(desk: desk).add(to: router)
        LaterRoutes(desk: desk).add(to: router)
        IdempotencyRoutes(desk: desk).add(to: router)
        LedgerRoutes(desk: desk).add(to: router)
        FaultRoutes(board: faults).add(to: router)
        FaultsPageRoutes(board: faults).add(to: router)
        EmailRoutes(store: emails).add(to: router)
        SendGridRoutes(store: emails, faults: faults, outbox: mailEvents, templates: templates).add(to: router)
        SendGridTemplateRoutes(templates: templates).add(to: router)
        EmailEventRoutes(outbox: mailEvents).add(to: router)
        RateRoutes(board: rates).add(to: router)
        RateControlRoutes(board: rates).add(to: router)
        let readiness = readiness
        router.get("/") { request, _ in
            Response.page(HomePage.html(http: request.baseURL, smtp: readiness.urls?.smtp ?? ""))
        }
        router.get("/healthz") { _, _ in Response.json(.object([("status", "ok"), ("sandbox", .bool(true))])) }
        return router
    }
}
