import Domain
import Metrics
import Storage

/// What became of money, counted. All labels are from short fixed lists.
enum PaymentMetrics {
    /// An update of a payment was settled.
    static func settled(_ settlement: PaymentSettlement, by source: PaymentUpdate.Source) {
        Counter(
            label: "payments_outcomes_total", dimensions: [("outcome", settlement.name), ("source", source.rawValue)]
        ).increment()
    }

    /// A refund came further.
    static func refunded(_ refund: Refund, in metrics: any MetricsFactory = MetricsSystem.factory) {
        Counter(
            label: "payments_refunds_total",
            dimensions: [("status", refund.status.rawValue), ("reason", refund.reason.rawValue)],
            factory: metrics
        ).increment()
    }

    /// A dispute was opened or came further.
    static func disputed(_ status: DisputeStatus) {
        Counter(label: "payments_disputes_total", dimensions: [("status", status.rawValue)]).increment()
    }

    /// An event of the provider was handled.
    static func handled(_ kind: PaymentEventKind, _ outcome: PaymentEventOutcome) {
        Counter(
            label: "webhook_events_handled_total", dimensions: [("type", kind.rawValue), ("outcome", outcome.rawValue)]
        ).increment()
    }
}

extension PaymentSettlement {
    fileprivate var name: String {
        switch self {
        case .confirm: "confirmed"
        case .wait: "waiting"
        case .decline: "declined"
        case .release: "released"
        case .void: "voided"
        case .recordPayment(let status): "payment_\(status.rawValue)"
        case .correctCapture: "capture_corrected"
        case .recordLateMoney: "late_money"
        case .ignore(let reason): "ignored_\(reason.rawValue)"
        }
    }
}
