import FoundationEssentials

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
