import Arithmetic
import Foundation
import JSON
import Redis

/// Dead letters of ephemeral jobs, which are in Redis alone: ids by time of death in a sorted set, bodies in a hash.
/// Look-ups by id and pages cost O(log n) of Redis, however many there are.
extension JobInspector {
    struct EphemeralPage: Sendable {
        var jobs: [DeadEphemeral] = []
        var next: JobCursor?
        var isCut = false
    }

    /// At most `limit` dead jobs, queue by queue, those that died last first.
    func deadEphemeral(_ filter: JobFilter, limit: Int, from position: JobCursor.Position?) async throws
        -> EphemeralPage
    {
        var (first, place): (QueueName?, JobCursor.DeadPlace?) = (nil, nil)
        if case .redis(let queue, let before) = position { (first, place) = (queue, before) }
        let queues = if let queue = filter.queue { [queue] } else { try await knownQueues() }
        var page = EphemeralPage()
        var examined = 0
        for queue in queues where first.map({ $0.rawValue <= queue.rawValue }) ?? true {
            if queue != first { place = nil }
            while true {
                let members = try await deadMembers(of: queue, before: place)
                if members.isEmpty { break }
                for member in members {
                    if page.jobs.count == limit || examined == Self.examined {
                        page.next = JobCursor(.redis(queue, before: place), of: filter)
                        page.isCut = page.jobs.count < limit
                        return page
                    }
                    examined += 1
                    place = member.place
                    if let job = member.job, job.matches(filter) { page.jobs.append(job) }
                }
            }
        }
        return page
    }

    func findEphemeral(_ id: JobID) async throws -> DeadEphemeral? {
        let queues = try await knownQueues()
        let bodies = try await dispatcher.redis.send(
            queues.map { RedisCommand("HGET", .init(keys($0).bodies), .init(id.description)) })
        guard let (queue, body) = zip(queues, bodies).first(where: { !$0.1.isNull }), let bytes = body.bytes else {
            return nil
        }
        let score = try await dispatcher.redis.send(
            RedisCommand("ZSCORE", .init(keys(queue).dead), .init(id.description)))
        return DeadEphemeral(
            id.description, queue: queue, body: bytes,
            diedAt: score.text.flatMap(Double.init).map { Int64(saturating: $0) })
    }

    /// Brings dead jobs of one queue back; returns how many, and who holds the unique key of one that had to stay.
    func requeue(_ jobs: [DeadEphemeral], of queue: QueueName) async throws -> (count: Int, holder: JobID?) {
        let keys = keys(queue)
        let reply = try await dispatcher.redis.evaluate(
            DeadLetterScripts.requeue, keys: [keys.dead, keys.bodies, keys.ready, keys.unique],
            arguments: jobs.flatMap {
                [.init($0.detail.id.description), .init($0.requeued.encoded()), .init($0.envelope.uniqueKey)]
            })
        return (reply.elements?.first?.int ?? 0, reply.elements?.last?.text.flatMap { JobID($0) })
    }

    /// Gives dead jobs of one queue up; returns how many were still there.
    func discard(_ jobs: [DeadEphemeral], of queue: QueueName) async throws -> Int {
        let keys = keys(queue)
        return try await dispatcher.redis.evaluate(
            DeadLetterScripts.discard, keys: [keys.dead, keys.bodies],
            arguments: jobs.map { .init($0.detail.id.description) }
        ).int ?? 0
    }

    private func keys(_ queue: QueueName) -> QueueKeys { QueueKeys(prefix: dispatcher.prefix, queue: queue) }

    private struct DeadMember: Sendable {
        let place: JobCursor.DeadPlace
        let job: DeadEphemeral?
    }

    /// The next ones of a queue. Of those that died in the same millisecond, the greater id comes first.
    private func deadMembers(of queue: QueueName, before place: JobCursor.DeadPlace?) async throws -> [DeadMember] {
        let keys = keys(queue)
        let chunk = 200
        var offset = 0
        while true {
            let reply = try await dispatcher.redis.send(
                RedisCommand(
                    "ZRANGE", .init(keys.dead), place.map { .init($0.diedAt) } ?? "+inf", "-inf", "BYSCORE", "REV",
                    "LIMIT", .init(offset),
                    .init(chunk), "WITHSCORES"))
            let parts = reply.elements?.compactMap(\.text) ?? []
            if parts.isEmpty { return [] }
            let places = stride(from: 0, to: parts.count - 1, by: 2).map { index in
                JobCursor.DeadPlace(diedAt: Int64(saturating: Double(parts[index + 1]) ?? 0), id: parts[index])
            }
            let fresh = places.filter { next in place.map { next.diedAt < $0.diedAt || next.id < $0.id } ?? true }
            guard !fresh.isEmpty else {
                offset += chunk
                continue
            }
            let bodies =
                try await dispatcher.redis.send(
                    RedisCommand("HMGET", arguments: [.init(keys.bodies)] + fresh.map { .init($0.id) })
                ).elements ?? []
            return zip(fresh, bodies).map { place, body in
                DeadMember(
                    place: place,
                    job: body.bytes.flatMap { DeadEphemeral(place.id, queue: queue, body: $0, diedAt: place.diedAt) })
            }
        }
    }
}

/// A dead job that is in Redis alone.
struct DeadEphemeral: Sendable {
    let queue: QueueName
    let envelope: Envelope
    let detail: JobDetail

    /// - Parameters:
    ///   - body: what stands in the hash of bodies: the reason, a newline, and the envelope. What can't be read as one
    ///     is shown as it is.
    ///   - diedAt: milliseconds since 1970; nil when it is not known.
    init?(_ text: String, queue: QueueName, body: [UInt8], diedAt: Int64?) {
        guard let id = JobID(text), let newline = body.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let rest = Array(body[(newline + 1)...])
        let envelope =
            Envelope(rest)
            ?? Envelope(id: id, name: "malformed", version: 1, enqueuedAt: 0, isDurable: false, payload: rest[...])
        let created = Date(timeIntervalSince1970: Double(envelope.enqueuedAt) / 1000)
        let errors = envelope.errors.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONCoder.decode(AttemptRecord.self, from: $0)
        }
        self.queue = queue
        self.envelope = envelope
        self.detail = JobDetail(
            id: id, queue: queue.rawValue, name: envelope.name, state: .dead,
            reason: String(decoding: body[..<newline], as: UTF8.self),
            attempts: envelope.attempts, crashes: envelope.crashes,
            payload: String(decoding: envelope.payload, as: UTF8.self),
            errors: errors,
            process: nil, createdAt: created, dispatchAt: created, startedAt: nil,
            finishedAt: diedAt.map { Date(timeIntervalSince1970: Double($0) / 1000) },
            fingerprint: errors.last?.fingerprint,
            uniqueKey: envelope.uniqueKey.isEmpty ? nil : String(envelope.uniqueKey.dropFirst(2)),
            progress: nil, cancelRequestedAt: nil, isDurable: false)
    }

    /// The envelope with all its attempts ahead of it.
    var requeued: Envelope {
        var envelope = envelope
        envelope.attempts = 0
        envelope.crashes = 0
        return envelope
    }

    func matches(_ filter: JobFilter) -> Bool {
        (filter.name.map { $0 == detail.name } ?? true) && (filter.since.map { detail.createdAt >= $0 } ?? true)
            && (filter.fingerprint.map { $0 == detail.fingerprint } ?? true)
            && (filter.hasErrors.map { $0 != detail.errors.isEmpty } ?? true)
            && (filter.text.map { (detail.payload + detail.id.description).localizedCaseInsensitiveContains($0) }
                ?? true)
    }
}

/// What operators do with dead jobs that are in Redis alone, many in one step.
///
/// As in ``QueueScripts``, each begins with a write that needs no memory.
enum DeadLetterScripts {
    /// Brings dead jobs back, but for those whose unique key another job holds by now.
    /// KEYS: dead, bodies, ready, unique. ARGV: id, envelope and unique key or '' of each. Returns [how many came back,
    /// a holder's id or ''].
    static let requeue = RedisScript(
        name: "requeueDead",
        source: """
            local count, holder = 0, ''
            for i = 1, #ARGV, 3 do
                local id, key = ARGV[i], ARGV[i + 2]
                local other = key ~= '' and redis.call('HGET', KEYS[4], key)
                if other and other ~= id then
                    holder = other
                elseif redis.call('ZREM', KEYS[1], id) == 1 then
                    redis.call('HDEL', KEYS[2], id)
                    if key ~= '' then redis.call('HSET', KEYS[4], key, id) end
                    redis.call('LPUSH', KEYS[3], ARGV[i + 1])
                    count = count + 1
                end
            end
            return {count, holder}
            """)

    /// Gives dead jobs up. KEYS: dead, bodies. ARGV: ids. Returns how many were there.
    static let discard = RedisScript(
        name: "discardDead",
        source: """
            local count = 0
            for i = 1, #ARGV do
                count = count + redis.call('ZREM', KEYS[1], ARGV[i])
                redis.call('HDEL', KEYS[2], ARGV[i])
            end
            return count
            """)
}
