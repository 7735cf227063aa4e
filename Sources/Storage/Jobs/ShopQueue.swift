package import Domain
package import JobQueue

/// The queues of this shop: what is known of each stands here and nowhere else.
package enum ShopQueue: String, CaseIterable, Sendable {
    case cache, checkout, email, maintenance, payments, reconcile, webhooks

    package var name: QueueName { QueueName(stringLiteral: rawValue) }

    /// How many of its jobs one worker process runs at once unless `WORKER_QUEUES` says otherwise. A checkout spends its
    /// time waiting for the payment provider, so that many fit beside each other.
    package var slots: Int {
        switch self {
        case .checkout: 64
        case .email: 32
        case .payments, .webhooks: 16
        case .cache: 8
        case .maintenance, .reconcile: 1
        }
    }

    /// The provider without which none of its jobs can do anything: its circuit and limits hold the whole queue back.
    package var provider: Provider? {
        switch self {
        case .checkout, .payments, .reconcile: .payments
        case .email: .email
        // Events are told of by the provider, so that most need no call.
        case .cache, .maintenance, .webhooks: nil
        }
    }

    /// All of them in the order of their names, so that operators see the empty ones too.
    package static let names = allCases.map(\.name).sorted { $0.rawValue < $1.rawValue }

    /// The slots of each.
    package static let defaultSlots = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0.slots) })
}
