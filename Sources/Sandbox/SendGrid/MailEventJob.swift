/// The events of one message, to be sent until they are taken.
struct MailEventJob: Sendable {
    let mail: StoredMail
    let origin: MailOrigin
    var fault: FaultRule?
}
