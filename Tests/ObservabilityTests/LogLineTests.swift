import Foundation
import Logging
import Testing

@testable import Observability

@Suite("One line an event")
struct LogLineTests {
    private struct Failure: Error, CustomStringConvertible {
        let description = "cannot reach ada@example.com"
    }

    /// What a logger wrote, through a real pipe.
    private func lines(_ format: LogFormat, level: Logger.Level = .info, _ body: (Logger) -> Void) throws -> [String] {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let logger = Logger(label: "shop") { LineLogHandler(label: $0, level: level, format: format, output: output) }
        body(logger)
        try pipe.fileHandleForWriting.close()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("a JSON line is one object with time, level, logger, message and metadata")
    func jsonLine() throws {
        let written = try lines(.json) { logger in
            logger.info(
                "order \"placed\"\n",
                metadata: [
                    "order_id": "o-1", "attempt": .stringConvertible(3), "items": ["a", "b"], "sum": ["net": "5"],
                ])
        }
        #expect(written.count == 1)
        let event = try object(written[0])
        #expect(event["level"] as? String == "info")
        #expect(event["logger"] as? String == "shop")
        #expect(event["message"] as? String == "order \"placed\"\n")
        #expect(event["order_id"] as? String == "o-1")
        #expect(event["attempt"] as? Int == 3)
        #expect(event["items"] as? [String] == ["a", "b"])
        #expect(event["sum"] as? [String: String] == ["net": "5"])
        let time = try #require(event["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test("metadata cannot take the place of the line's own names")
    func ownNames() throws {
        let event = try object(
            try lines(.json) { $0.info("true story", metadata: ["message": "lie", "level": "none"]) }[0])
        #expect(event["message"] as? String == "true story")
        #expect(event["_message"] as? String == "lie")
        #expect(event["_level"] as? String == "none")
    }

    @Test("secrets and mail addresses are masked in both formats, also deep inside", arguments: LogFormat.allCases)
    func masks(format: LogFormat) throws {
        let line = try lines(format) { logger in
            logger.error(
                "mail to ada@example.com", error: Failure(),
                metadata: [
                    "to": "ada@example.com", "request": ["password": "hunter2", "cc": ["ada@example.com"]],
                    "Authorization": "Bearer abc",
                ])
        }.joined()
        for secret in ["ada@", "hunter2", "Bearer"] { #expect(!line.contains(secret), "\(secret) in \(line)") }
        #expect(line.contains("a***@e***.com"))
        #expect(line.contains("Failure"))
    }

    @Test("text cannot forge a line")
    func textStaysOnOneLine() throws {
        let written = try lines(.text) {
            $0.info("first\n2026-01-01T00:00:00.000Z error [shop] forged", metadata: ["name": "a\r\nb"])
        }
        #expect(written.count == 1)
        #expect(written[0].contains("info [shop] first"))
    }

    @Test("what is below the level is left out")
    func level() throws {
        let written = try lines(.text, level: .warning) { logger in
            logger.info("quiet")
            logger.warning("loud")
        }
        #expect(written.count == 1)
    }

    @Test("metadata: the event's comes before the provider's before the logger's")
    func precedence() throws {
        let pipe = Pipe()
        var handler = LineLogHandler(
            label: "shop", level: .info, format: .json,
            output: LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor),
            metadataProvider: Logger.MetadataProvider { ["b": "provider", "c": "provider"] })
        handler[metadataKey: "a"] = "logger"
        handler[metadataKey: "b"] = "logger"
        handler[metadataKey: "c"] = "logger"
        Logger(label: "shop", factory: { _ in handler }).info("x", metadata: ["c": "event"])
        try pipe.fileHandleForWriting.close()
        let event = try object(String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self))
        #expect(["a", "b", "c"].map { event[$0] as? String } == ["logger", "provider", "event"])
    }

    @Test("numbers stay numbers, and what JSON cannot say becomes text")
    func numbers() throws {
        let event = try object(
            try lines(.json) { logger in
                logger.info(
                    "x",
                    metadata: [
                        "float": .stringConvertible(0.25), "flag": .stringConvertible(true),
                        "nan": .stringConvertible(Double.nan),
                    ])
            }[0])
        #expect(event["float"] as? Double == 0.25)
        #expect(event["flag"] as? Bool == true)
        #expect(event["nan"] as? String == "nan")
    }

    @Test("lines of many threads stay whole")
    func wholeLines() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        let output = LogOutput(descriptor: handle.fileDescriptor)
        let long = String(repeating: "x", count: 6000)
        await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask {
                    Logger(label: "l") { LineLogHandler(label: $0, level: .info, format: .json, output: output) }
                        .info("\(number)", metadata: ["long": "\(long)"])
                }
            }
        }
        try handle.close()
        let written = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let numbers = try Set(written.map { try #require(try object(String($0))["message"] as? String) })
        #expect(numbers.count == 50)
    }
}
