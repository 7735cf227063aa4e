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
            "Line \(line) of the sandbox's journal \(path) cannot be read. Move the file away to start anew, or mend the line."
        }
    }
}
