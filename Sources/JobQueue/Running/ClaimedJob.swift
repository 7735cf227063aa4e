/// A job as the claim script handed it out. A class, because it is handed on several times and has many parts.
final class ClaimedJob: Sendable {
    let epoch: Int64
    let body: [UInt8]
    /// Nil when the body can't be read; such a job goes to the dead letters as malformed.
    let envelope: Envelope?

    init(epoch: Int64, body: [UInt8]) {
        self.epoch = epoch
        self.body = body
        self.envelope = Envelope(body)
    }

    /// How the consumer's books know it. A malformed job has no id of its own.
    var claim: ConsumerState.Claim {
        guard let envelope else { return ConsumerState.Claim(id: .new(), isDurable: false) }
        return ConsumerState.Claim(id: envelope.id, isDurable: envelope.isDurable, uniqueKey: envelope.uniqueKey)
    }
}
