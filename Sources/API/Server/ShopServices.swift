import Bootstrap
import Domain
import JobQueue
import Resilience
import Storage

/// Everything the routes call, made once at start-up.
struct ShopServices: Sendable {
    let accounts: AccountStore
    let catalogue: CatalogStore
    let products: ProductCache
    let rates: RateStore
    let carts: CartStore
    let guests: GuestStore
    let orders: OrderStore
    let refunds: RefundStore
    let captures: CaptureStore
    let disputes: DisputeStore
    let webhooks: WebhookStore
    /// How the payment provider's webhooks are told from others; nil where none are taken.
    let paymentWebhook: PaymentWebhook?
    let mail: EmailStore
    let mailEvents: EmailEventStore
    /// How the mail provider's events are told from others'; nil where none are taken.
    let mailWebhook: EmailWebhook?
    let reconciliations: ReconciliationStore
    let outcomes: OrderNotifier
    let waits: QueueEstimator
    let jobs: JobInspector
    let remains: JobRemains
    let audit: AuditLog
    let health: HealthCheck
    let tokens: AccessTokens
    let cartTokens: CartTokens
    let hasher: PasswordHasher
    let settings: ShopSettings
    let trustedProxies: TrustedProxies
    let limiter: RequestLimiter
    let logins: LoginThrottle
}
