import Foundation

/// JSON in and out of payloads. Encoders are made per call: `JSONEncoder` is cheap beside the encoding and not safe to share.
enum JobPayload {
    static func encode<Kind: Job>(_ job: Kind) throws(JobPayloadError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .sortedKeys
        let data: Data
        do {
            data = try encoder.encode(job)
        } catch {
            throw JobPayloadError(kind: Kind.name, reason: "cannot be encoded as JSON: \(error)")
        }
        guard data.count <= JobLedger.maximumPayloadBytes else {
            throw JobPayloadError(
                kind: Kind.name,
                reason: "is \(data.count) bytes; at most \(JobLedger.maximumPayloadBytes) are taken. Store the data and enqueue its id")
        }
        return [UInt8](data)
    }

    static func decode<Kind: Job>(_ kind: Kind.Type, from bytes: some Sequence<UInt8>) throws(JobPayloadError) -> Kind {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(kind, from: Data(bytes))
        } catch {
            throw JobPayloadError(kind: Kind.name, reason: "cannot be decoded: \(error)")
        }
    }
}

/// A payload that can't be enqueued or understood.
public struct JobPayloadError: Error, Sendable, CustomStringConvertible {
    /// The kind's name.
    public let kind: String
    /// What is wrong with the payload.
    public let reason: String

    /// A sentence for people.
    public var description: String { "the payload of \(kind) \(reason)" }
}
