internal import Arithmetic
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
    func revive(_ jobs: [DeadEphemeral], of queue: QueueName) async throws -> (count: Int, holder: JobID?) {
        let keys = keys(queue)
        let reply = try await dispatcher.redis.evaluate(
            DeadLetterScripts.revive, keys: [keys.dead, keys.bodies, keys.ready, keys.unique],
            arguments: jobs.flatMap {
                [.init($0.detail.id.description), .init($0.revived.encoded()), .init($0.envelope.uniqueKey)]
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
