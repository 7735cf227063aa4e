import Foundation
import JSON

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
    var revived: Envelope {
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
