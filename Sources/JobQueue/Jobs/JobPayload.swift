import JSON

/// JSON in and out of payloads.
package enum JobPayload {
    /// Most bytes of JSON.
    static let maximumBytes = 64 * 1024

    package static func encode<Kind: Job>(_ job: Kind) throws(JobPayloadError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try JSONCoder.encode(job)
        } catch {
            throw JobPayloadError(kind: Kind.name, reason: "cannot be encoded as JSON: \(error)")
        }
        guard bytes.count <= maximumBytes else {
            throw JobPayloadError(
                kind: Kind.name,
                reason:
                    "is \(bytes.count) bytes; at most \(maximumBytes) are taken. Store the data and enqueue its id"
            )
        }
        return bytes
    }

    static func decode<Kind: Job>(_ kind: Kind.Type, from bytes: ArraySlice<UInt8>) throws(JobPayloadError) -> Kind {
        do {
            return try JSONCoder.decode(kind, from: bytes)
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
