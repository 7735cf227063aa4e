/// How one payment call is treated.
struct PaymentTreatment: Sendable {
    var fault: FaultRule?
    /// Milliseconds before it runs.
    var latency = 0
    /// Whether it is one too many.
    var isBeyondLimit = false
}
