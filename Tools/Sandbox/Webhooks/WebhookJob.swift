/// One event to be sent until it is taken.
struct WebhookJob: Sendable {
    let event: Event
    var fault: FaultRule?
    /// Ends when another event of the same order has been sent: what a reordered one waits for.
    var overtaken: AsyncStream<Void>?
}
