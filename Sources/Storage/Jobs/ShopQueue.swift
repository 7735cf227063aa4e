package import JobQueue

/// The queues of this shop: what is known of each stands here and nowhere else.
package enum ShopQueue: String, CaseIterable, Sendable {
    case cache, checkout, email, maintenance, payments, reconcile, webhooks

    package var name: QueueName { QueueName(stringLiteral: rawValue) }

    /// How many of its jobs one worker process runs at once unless `WORKER_QUEUES` says otherwise. A checkout spends
    /// its time waiting for the payment provider, so that many fit beside each other.
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
        // The provider's events carry what they are about, so that most need no call.
        case .cache, .maintenance, .webhooks: nil
        }
    }

    /// All of them in the order of their names, so that operators see the empty ones too.
    package static let names = allCases.map(\.name).sorted { $0.rawValue < $1.rawValue }

    /// The slots of each.
    package static let defaultSlots = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0.slots) })
}

/// A service outside that the shop calls. Each has limits and a circuit of its own.
package enum Provider: String, Sendable, Hashable, CaseIterable {
    /// Where money moves.
    case payments
    /// Where emails are handed over.
    case email
}

/// Names that kinds of jobs had before 0.2.0. Jobs wait under them in running shops and keep them to their end, so for
/// one version they are read like the names of today. This table is the only place that knows them.
package enum FormerJobNames {
    /// The former names, each with the name of today.
    package static let table = [
        "cache.invalidate-products": InvalidateProducts.name,
        "checkout.order": CheckoutOrder.name,
        "email.event": HandleEmailEvents.name,
        "housekeeping": "maintenance.purge",
        "orders.cancel": CancelOrder.name,
        "payments.capture": CapturePayment.name,
        "payments.capture-deadlines": "authorizations.watch",
        "payments.event": HandlePaymentEvent.name,
        "payments.refund": RefundPayment.name,
    ]

    /// The name of today.
    package static func current(_ name: String) -> String { table[name] ?? name }
}

extension Job {
    /// Every name under which jobs of this kind may be stored.
    static var names: [String] { [name] + FormerJobNames.table.filter { $0.value == name }.keys.sorted() }
}
