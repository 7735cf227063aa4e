import Domain
package import JobQueue
package import Logging
package import Resilience
import Storage

/// The limiters in front of the providers whose limits and circuits all processes share.
package struct ProviderLimiters: Sendable {
    package let payments: RedisRateLimiter
    package let email: RedisRateLimiter

    package init(_ settings: PaymentSettings, _ connections: Connections, prefix: String, logger: Logger) {
        payments = RedisRateLimiter(
            Provider.payments.rawValue, limits: settings.limits, redis: connections.redis, prefix: prefix,
            logger: logger)
        // How often an email server wants to be called is its own to say.
        email = RedisRateLimiter(
            Provider.email.rawValue, limits: .none, redis: connections.redis, prefix: prefix, logger: logger)
    }

    package var all: [RedisRateLimiter] { [payments, email] }

    /// The queues whose jobs can do nothing without a provider, and its limiter.
    package var byQueue: [QueueName: RedisRateLimiter] {
        ShopQueue.allCases.reduce(into: [:]) { limiters, queue in
            switch queue.provider {
            case .payments: limiters[queue.name] = payments
            case .email: limiters[queue.name] = email
            case nil: break
            }
        }
    }
}

/// Holds back the jobs of a queue that could only wait.
extension RedisRateLimiter: QueueGate {
    package func allowance() async -> QueueAllowance {
        let closed = await closedFor()
        if closed > .zero { return .closed(closed) }
        return await circuit().allowance.map { .atMost($0) } ?? .open
    }
}
