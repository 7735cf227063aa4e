import Domain
package import JobQueue
package import Logging
package import Resilience
import Storage

/// The gates in front of the providers whose limits and circuits all processes share.
package struct ProviderGates: Sendable {
    package let payments: RedisCallGate
    package let email: RedisCallGate

    package init(_ settings: PaymentSettings, _ connections: Connections, prefix: String, logger: Logger) {
        payments = RedisCallGate(
            Provider.payments.rawValue, limits: settings.limits, redis: connections.redis, prefix: prefix,
            logger: logger)
        // How often an email server wants to be called is its own to say.
        email = RedisCallGate(
            Provider.email.rawValue, limits: .none, redis: connections.redis, prefix: prefix, logger: logger)
    }

    package var all: [RedisCallGate] { [payments, email] }

    /// The queues whose jobs can do nothing without a provider, and its gate.
    package var byQueue: [QueueName: RedisCallGate] {
        ShopQueue.allCases.reduce(into: [:]) { gates, queue in
            switch queue.provider {
            case .payments: gates[queue.name] = payments
            case .email: gates[queue.name] = email
            case nil: break
            }
        }
    }
}

/// Closes the queues whose jobs could only wait.
extension RedisCallGate: QueueGate {
    package func allowance() async -> QueueAllowance {
        let closed = await closedFor()
        if closed > .zero { return .closed(closed) }
        return await circuit().allowance.map { .atMost($0) } ?? .open
    }
}
