package import Domain

/// Whether a mail may be handed to the provider now.
package enum EmailSending: Hashable, Sendable {
    /// Yes, as this attempt.
    case send(attempt: Int)
    /// An earlier attempt was cut off in the middle of the call; its outcome is unknown and the delivery is parked now.
    case interrupted
    /// No: it is sent, parked or failed.
    case settled(EmailDeliveryStatus)
    /// There is no such delivery.
    case unknownDelivery
}
