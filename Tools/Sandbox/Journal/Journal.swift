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
