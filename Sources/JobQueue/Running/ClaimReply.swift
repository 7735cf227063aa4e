import Redis

/// The claim script's answer, read.
struct ClaimReply: Sendable {
    /// Acknowledged epochs that were no longer ours.
    let fenced: [Int64]
    /// When the next delayed job is due, in server milliseconds.
    let nextDue: Int64?
    /// Redis' clock, in milliseconds.
    let serverTime: Int64
    /// Jobs left in the list; nil while the queue is paused.
    let waiting: Int?
    /// What was claimed.
    let claims: [(epoch: Int64, body: [UInt8])]

    /// Throws when the answer is not the script's.
    init(_ value: RedisValue) throws(RedisError) {
        guard let parts = value.elements, parts.count >= 4, parts.count.isMultiple(of: 2), let due = parts[1].int, let now = parts[2].int,
            let waiting = parts[3].int
        else { throw RedisError(code: .protocolViolation, message: "the claim script answered in an unknown form") }
        self.fenced = (parts[0].elements ?? []).compactMap { $0.text.flatMap { Int64($0) } }
        self.nextDue = due < 0 ? nil : Int64(due)
        self.serverTime = Int64(now)
        self.waiting = waiting < 0 ? nil : waiting
        self.claims = stride(from: 4, to: parts.count, by: 2).compactMap { index in
            guard let epoch = parts[index].text.flatMap({ Int64($0) }), let body = parts[index + 1].bytes else { return nil }
            return (epoch, body)
        }
    }
}
