/// The events of one message, to be sent until they are taken.
struct EmailEventJob: Sendable {
    let mail: StoredEmail
    let origin: EmailOrigin
    var fault: FaultRule?
}
