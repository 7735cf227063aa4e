import Foundation
import Redis

/// Dead letters of ephemeral jobs, which are in Redis alone.
extension JobInspector {
    struct DeadEphemeral {
        let queue: QueueName
        let envelope: Envelope
        let detail: JobDetail
    }

    func deadEphemeral(_ filter: JobFilter, limit: Int) async throws -> [JobDetail] {
        guard limit > 0 else { return [] }
        var items: [JobDetail] = []
        for queue in try await queuesToSearch(filter.queue) where items.count < limit {
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
            let ids =
                try await dispatcher.redis.send(
                    RedisCommand("ZREVRANGE", .init(keys.dead), .init(0), .init(limit - items.count - 1))
                ).elements ?? []
            for id in ids.compactMap(\.text) {
                guard let job = try await read(id, queue: queue, keys: keys), matches(job.detail, filter) else { continue }
                items.append(job.detail)
            }
        }
        return items
    }

    func findEphemeral(_ id: JobID) async throws -> DeadEphemeral? {
        for queue in try await queuesToSearch(nil) {
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
            if let job = try await read(id.description, queue: queue, keys: keys) { return job }
        }
        return nil
    }

    private func matches(_ job: JobDetail, _ filter: JobFilter) -> Bool {
        (filter.name.map { $0 == job.name } ?? true) && (filter.since.map { job.createdAt >= $0 } ?? true)
            && (filter.hasErrors.map { $0 != job.errors.isEmpty } ?? true)
            && (filter.text.map { (job.payload + job.id.description).localizedCaseInsensitiveContains($0) } ?? true)
    }

    /// Queue names are not listed in Redis itself (no two queues share a slot of a cluster), so their keys are looked for.
    private func queuesToSearch(_ queue: QueueName?) async throws -> [QueueName] {
        if let queue { return [queue] }
        var found: Set<QueueName> = []
        for try await key in dispatcher.redis.scan(match: "\(dispatcher.prefix):{*}:dead") {
            guard let open = key.firstIndex(of: "{"), let close = key.lastIndex(of: "}") else { continue }
            if let name = QueueName(rawValue: String(key[key.index(after: open)..<close])) { found.insert(name) }
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }

    private func read(_ id: String, queue: QueueName, keys: QueueKeys) async throws -> DeadEphemeral? {
        let replies = try await dispatcher.redis.send([
            RedisCommand("HGET", .init(keys.bodies), .init(id)), RedisCommand("ZSCORE", .init(keys.dead), .init(id)),
        ])
        guard let body = replies[0].bytes, let newline = body.firstIndex(of: UInt8(ascii: "\n")), let jobID = JobID(id) else { return nil }
        let reason = String(decoding: body[..<newline], as: UTF8.self)
        let rest = Array(body[(newline + 1)...])
        let died = replies[1].text.flatMap(Double.init).map { Date(timeIntervalSince1970: $0 / 1000) } ?? Date()
        // What could not be read as an envelope is shown as it is.
        let envelope =
            Envelope(rest)
            ?? Envelope(id: jobID, name: "malformed", version: 1, enqueuedAt: 0, isDurable: false, payload: rest)
        let created = Date(timeIntervalSince1970: Double(envelope.enqueuedAt) / 1000)
        let errors = envelope.errors.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(AttemptRecord.self, from: Data($0))
        }
        return DeadEphemeral(
            queue: queue, envelope: envelope,
            detail: JobDetail(
                id: jobID, queue: queue.rawValue, name: envelope.name, state: .dead, reason: reason, attempts: envelope.attempts,
                crashes: envelope.crashes, payload: String(decoding: envelope.payload, as: UTF8.self), errors: errors, process: nil,
                createdAt: created, dispatchAt: created, startedAt: nil, finishedAt: died, isDurable: false))
    }
}
