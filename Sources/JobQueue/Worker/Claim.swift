import Arithmetic
import Redis

/// A finished claim, to be ended in Redis with the next claim.
struct Acknowledgement: Hashable, Sendable {
    let epoch: Int64
    /// What else ends with it, where the job holds a unique key.
    var unique: Holding?

    /// The holding of a unique key by an ephemeral job.
    struct Holding: Hashable, Sendable {
        let key: String
        let job: JobID
    }
}

extension QueueScripts {
    /// What ``claim`` is run with.
    static func claimArguments(process: ProcessID, free: Int, acknowledge: [Acknowledgement]) -> [RedisArgument] {
        var arguments: [RedisArgument] = []
        arguments.reserveCapacity(4 + acknowledge.count)
        arguments.append(.init(process.rawValue))
        arguments.append(.init(LeaseState.duration.milliseconds))
        arguments.append(.init(free))
        let holders = acknowledge.filter { $0.unique != nil }
        arguments.append(.init(acknowledge.count - holders.count))
        for acknowledgement in acknowledge where acknowledgement.unique == nil {
            arguments.append(.init(acknowledgement.epoch))
        }
        for acknowledgement in holders {
            guard let holding = acknowledgement.unique else { continue }
            arguments.append(contentsOf: [
                .init(acknowledgement.epoch), .init(holding.key), .init(holding.job.description),
            ])
        }
        return arguments
    }
}

/// The claim script's answer, read.
struct ClaimReply: Sendable {
    /// How many acknowledged epochs were no longer ours.
    let fenced: Int
    /// When the next delayed job is due, in server milliseconds.
    let nextDue: Int64?
    /// Redis' clock, in milliseconds.
    let serverTime: Int64
    /// Jobs left in the list; nil while the queue is paused.
    let waiting: Int?
    /// How many jobs may run at once in each process, where operators have set it.
    let concurrency: Int?
    /// How long until the queue's rate limit lets another job through; nil when it does now.
    let throttled: Duration?
    /// What was claimed.
    let claims: [ClaimedJob]

    /// Throws when the answer is not the script's.
    init(_ value: RedisValue) throws(RedisError) {
        guard let parts = value.elements, parts.count >= 7, let fenced = parts[0].int, let due = parts[1].int,
            let now = parts[2].int, let waiting = parts[3].int, let concurrency = parts[4].int,
            let throttled = parts[5].int
        else { throw RedisError(code: .protocolViolation, message: "the claim script answered in an unknown form") }
        self.fenced = fenced
        self.nextDue = due < 0 ? nil : Int64(due)
        self.serverTime = Int64(now)
        self.waiting = waiting < 0 ? nil : waiting
        self.concurrency = concurrency < 0 ? nil : concurrency
        self.throttled = throttled < 0 ? nil : .milliseconds(throttled)
        guard let first = parts[6].text.flatMap({ Int64($0) }) else {
            throw RedisError(code: .protocolViolation, message: "the claim script answered in an unknown form")
        }
        var claims: [ClaimedJob] = []
        claims.reserveCapacity(parts.count - 7)
        for index in 7..<max(7, parts.count) {
            // An element of another type would shift the epochs of those behind it; the script makes none.
            guard case .string(let body) = parts[index] else {
                throw RedisError(code: .protocolViolation, message: "the claim script answered in an unknown form")
            }
            claims.append(ClaimedJob(epoch: first.saturatingAdd(Int64(index - 7)), body: body))
        }
        self.claims = claims
    }
}

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
