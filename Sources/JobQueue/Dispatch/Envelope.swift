/// What lies in Redis for one job: a header of ten fields that Lua can read, then the body.
///
///     1 <id> <name> <version> <attempts> <crashes> <enqueued ms> <superseded> <d|e> <payload bytes>\n<payload><errors>
///
/// A durable job (`d`) has no body here: its payload, attempts and errors are in the ledger, and the copy is only a pointer. An
/// ephemeral job (`e`) carries its payload and, behind it, one JSON object per line for each failed attempt.
///
/// `superseded` is `-`, or the epochs of the claims of this very copy that lapsed, joined by commas: a running ledger row may be
/// taken over only by the copy whose former claim started it, never by a second copy of the same job.
package struct Envelope: Hashable, Sendable {
    package var id: JobID
    package var name: String
    package var version: Int
    package var attempts: Int
    package var crashes: Int
    package var enqueuedAt: Int64
    package var superseded: [Int64]
    package var isDurable: Bool
    package var payload: [UInt8]
    package var errors: [UInt8]

    package init(
        id: JobID, name: String, version: Int, attempts: Int = 0, crashes: Int = 0, enqueuedAt: Int64, superseded: [Int64] = [],
        isDurable: Bool, payload: [UInt8] = [], errors: [UInt8] = []
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.attempts = attempts
        self.crashes = crashes
        self.enqueuedAt = enqueuedAt
        self.superseded = superseded
        self.isDurable = isDurable
        self.payload = payload
        self.errors = errors
    }

    /// The bytes as they lie in Redis.
    package func encoded() -> [UInt8] {
        let chain = superseded.isEmpty ? "-" : superseded.map(String.init).joined(separator: ",")
        let header = "1 \(id) \(name) \(version) \(attempts) \(crashes) \(enqueuedAt) \(chain) \(isDurable ? "d" : "e") \(payload.count)\n"
        var bytes = [UInt8]()
        bytes.reserveCapacity(header.utf8.count + payload.count + errors.count)
        bytes.append(contentsOf: header.utf8)
        bytes.append(contentsOf: payload)
        bytes.append(contentsOf: errors)
        return bytes
    }

    /// Nil when the bytes are no envelope of format 1.
    package init?(_ bytes: [UInt8]) {
        guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let fields = bytes[..<newline].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 10, fields[0].elementsEqual("1".utf8) else { return nil }
        func text(_ index: Int) -> String { String(decoding: fields[index], as: UTF8.self) }
        guard let id = JobID(text(1)), !fields[2].isEmpty, let version = Int(text(3)), let attempts = Int(text(4)), attempts >= 0,
            let crashes = Int(text(5)), crashes >= 0, let enqueuedAt = Int64(text(6)), let length = Int(text(9)), length >= 0
        else { return nil }
        var superseded: [Int64] = []
        if text(7) != "-" {
            for epoch in text(7).split(separator: ",", omittingEmptySubsequences: false) {
                guard let epoch = Int64(epoch) else { return nil }
                superseded.append(epoch)
            }
        }
        let isDurable: Bool
        switch text(8) {
        case "d": isDurable = true
        case "e": isDurable = false
        default: return nil
        }
        let body = bytes[(newline + 1)...]
        guard length <= body.count else { return nil }
        self.init(
            id: id, name: text(2), version: version, attempts: attempts, crashes: crashes, enqueuedAt: enqueuedAt, superseded: superseded,
            isDurable: isDurable, payload: Array(body.prefix(length)), errors: Array(body.dropFirst(length)))
    }
}
