import JobQueue

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
