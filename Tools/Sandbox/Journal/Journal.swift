import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An append-only file of JSON lines, so that a sandbox that was stopped comes back knowing what it knew, like a
/// provider that was merely unreachable. Without a directory it keeps nothing.
///
/// A record is one `write`, made before its effect is visible. It is not forced to disk: a killed process loses
/// nothing, a killed machine may.
final class Journal: Sendable {
    private let path: String
    /// The open file; nil when nothing is kept.
    private let descriptor: Mutex<Int32?>

    /// A journal that keeps nothing.
    init() {
        path = ""
        descriptor = Mutex(nil)
    }

    /// Opens or makes `journal.jsonl` in a directory and hands back what it held, with a torn last line cut off.
    static func open(directory: String) throws(JournalError) -> (Journal, [JournalRecord]) {
        let path = directory + "/journal.jsonl"
        let data: Data
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            data = FileManager.default.fileExists(atPath: path) ? try Data(contentsOf: URL(filePath: path)) : Data()
        } catch {
            throw .notUsable(path: path, reason: "\(error)")
        }
        let contents = try JournalReader.read(data, path: path)
        let file = Self.openFile(path)
        guard file >= 0, ftruncate(file, off_t(contents.wholeBytes)) == 0 else {
            throw .notUsable(path: path, reason: Self.reason)
        }
        return (Journal(path: path, descriptor: file), contents.records)
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        descriptor.withLock { file in
            if let file { _ = close(file) }
        }
    }

    /// Adds one line.
    /// - Throws: `JournalError.notUsable` when it could not be written whole.
    func append(_ record: JournalRecord) throws(JournalError) {
        let failure: String? = descriptor.withLock { file in
            guard let file else { return nil }
            guard var line = try? JSONEncoder().encode(record) else { return "the record cannot be encoded" }
            line.append(UInt8(ascii: "\n"))
            return Self.write(line, to: file) ? nil : Self.reason
        }
        if let failure { throw .notUsable(path: path, reason: failure) }
    }

    /// Writes all of it, or takes back the part that was written, so that later lines stay readable.
    private static func write(_ line: Data, to file: Int32) -> Bool {
        let start = lseek(file, 0, SEEK_END)
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { bytes in systemWrite(file, bytes) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else {
                _ = ftruncate(file, start)
                return false
            }
        }
        return true
    }

    private static func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }

    private static func openFile(_ path: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #else
            Darwin.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #endif
    }

    private static var reason: String { String(cString: strerror(errno)) }
}

/// One line of the journal: whatever became true together.
struct JournalRecord: Sendable, Codable, Equatable {
    var change: BookChange?
    var answer: StoredAnswer?
    var mail: StoredEmail?
    /// The event that the shop's webhook took.
    var delivered: String?
    /// The message of whose events the shop's webhook took notice.
    var mailTold: Int?
    /// The private key that signs events of emails, as raw bytes.
    var mailKey: Data?
    /// Idempotency keys whose answers were dropped before their time.
    var forgotten: [String]?
    /// A template of the email provider, in place of an older one of its id.
    var template: SendGridTemplate?
}

/// Why the journal cannot be used.
enum JournalError: Error, Equatable, CustomStringConvertible {
    /// The directory or the file cannot be made, read or written; with the system's reason.
    case notUsable(path: String, reason: String)
    /// A line before the last cannot be read. A torn last line is normal after a kill; a broken one in the middle is
    /// damage.
    case damaged(path: String, line: Int)

    var description: String {
        switch self {
        case .notUsable(let path, let reason):
            "The sandbox's journal \(path) cannot be used: \(reason). Check SANDBOX_DATA."
        case .damaged(let path, let line):
            "Line \(line) of the sandbox's journal \(path) cannot be read. Move the file away to start anew, or "
                + "mend the line."
        }
    }
}

/// Reads a journal's bytes: pure, so that every way of tearing one can be tested.
enum JournalReader {
    /// What a journal holds.
    struct Contents: Equatable {
        var records: [JournalRecord] = []
        /// Bytes up to the end of the last whole line; what follows was torn by a kill and is cut off before the next
        /// append.
        var wholeBytes = 0
    }

    /// Reads JSON lines. A last line without its newline was never acknowledged and is left out.
    /// - Throws: `JournalError.damaged` for a whole line that is no record.
    static func read(_ data: Data, path: String) throws(JournalError) -> Contents {
        let decoder = JSONDecoder()
        var contents = Contents()
        var start = data.startIndex
        var line = 0
        while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            line += 1
            guard let record = try? decoder.decode(JournalRecord.self, from: data[start..<end]) else {
                throw .damaged(path: path, line: line)
            }
            contents.records.append(record)
            start = data.index(after: end)
        }
        contents.wholeBytes = start - data.startIndex
        return contents
    }
}
