import Bootstrap
import Domain
import JobQueue
import Resilience
import Storage

/// Everything the routes call, made once at start-up. Each of the shop's stores goes by its own name:
/// `services.orders`.
@dynamicMemberLookup
struct ShopServices: Sendable {
    let stores: ShopStores
    /// How the payment provider's webhooks are told from others; nil where none are taken.
    let paymentWebhook: PaymentWebhook?
    /// How the email provider's events are told from others'; nil where none are taken.
    let emailWebhook: EmailWebhook?
    let waits: QueueEstimator
    let health: HealthCheck
    let tokens: AccessTokens
    let cartTokens: CartTokens
    let hasher: PasswordHasher
    let trustedProxies: TrustedProxies
    let limiter: RequestLimiter
    let logins: LoginThrottle

    subscript<Store>(dynamicMember store: KeyPath<ShopStores, Store>) -> Store { stores[keyPath: store] }
}
