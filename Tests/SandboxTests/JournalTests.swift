import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("The journal gives back what was written whole, however it was torn")
struct JournalTests {
    private func record(_ id: Int) -> JournalRecord {
        let envelope = SMTPEnvelope(
            from: "a@example.org", recipients: ["b@example.org"], content: Array("Subject: \(id)\r\n\r\nHi\n".utf8))
        return JournalRecord(mail: StoredEmail(id: id, envelope: envelope, at: Date(timeIntervalSince1970: 1_000)))
    }

    @Test("a torn journal keeps its whole lines")
    func everyTearKeepsTheWholeLines() throws {
        let encoder = JSONEncoder()
        let lines = try [record(1), record(2)].map { try encoder.encode($0) + Data("\n".utf8) }
        let bytes = lines[0] + lines[1]
        for length in lines[0].count...bytes.count {
            let contents = try JournalReader.read(bytes.prefix(length), path: "j")
            #expect(contents.records.count == (length == bytes.count ? 2 : 1))
            #expect(contents.wholeBytes == (length == bytes.count ? length : lines[0].count))
        }
    }

    @Test("damage in the middle is reported")
    func damageInTheMiddleIsSaid() throws {
        let good = try JSONEncoder().encode(record(1)) + Data("\n".utf8)
        #expect(throws: JournalError.damaged(path: "j", line: 2)) {
            try JournalReader.read(good + Data("{\"mail\": 3}\n".utf8) + good, path: "j")
        }
    }

    @Test("a torn line is cut off before the next is written")
    func tornLine()
        async throws
    {
        try await withTemporaryDirectory { directory in
            do {
                let (journal, records) = try Journal.open(directory: directory)
                #expect(records.isEmpty)
                try journal.append(record(1))
            }
            let path = directory + "/journal.jsonl"
            let whole = try Data(contentsOf: URL(filePath: path))
            try (whole + Data("{\"mail\":{\"id\":2,".utf8)).write(to: URL(filePath: path))
            do {
                let (journal, records) = try Journal.open(directory: directory)
                #expect(records == [record(1)])
                try journal.append(record(2))
            }
            #expect(try Journal.open(directory: directory).1 == [record(1), record(2)])
        }
    }

    @Test("an unusable directory is reported")
    func anUnusableDirectoryIsSaid() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/file"))
            #expect(throws: JournalError.self) { try Journal.open(directory: directory + "/file") }
        }
    }
}
