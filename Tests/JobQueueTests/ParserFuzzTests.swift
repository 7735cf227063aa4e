import Foundation
import JSON
import PropertySupport
import Redis
import Testing

@testable import JobQueue

@Suite("Whatever stands in Redis or in a payload, the worker lives", .timeLimit(.minutes(10)))
struct QueueParserTests {
    private static let id = "7d444840-9dc0-11d1-b245-5ffdce74fad2"

    private struct Payload: Codable, Equatable {
        var id: UUID
        var count: Int
        var small: UInt8
        var share: Double
        var at: Date?
        var names: [String]
        var nested: [String: Int64]
    }

    @Test("envelopes: numbers of any size, lengths beyond the end")
    func envelopes() {
        let samples = [
            """
            2 \(Self.id) checkout.order 3 2 1 1790000000123 \
            1790000000000001,1790000000000002 e 15 6\n{"orderID":"1"}f:cart{}\n
            """,
            "2 \(Self.id) n 1 0 0 0 - d 0 0\n",
        ]
        property("an envelope", Gen<[UInt8]>.bytes(near: samples)) { bytes in
            guard let envelope = Envelope(bytes) else { return }
            try demand(envelope.attempts >= 0 && envelope.crashes >= 0, "\(envelope)")
            try demandEqual(Envelope(envelope.encoded()), envelope)
        }
    }

    @Test("the claim script's answer with any numbers in it")
    func claims() {
        let numbers = Gen<Int64>.int64().list(5...9)
        property("an answer", numbers) { numbers in
            var parts = numbers.map { RedisValue.integer($0) }
            parts.append(contentsOf: [.string(Array("a".utf8)), .string(Array("b".utf8))])
            guard let reply = try? ClaimReply(.array(parts)) else { return }
            try demand(
                (reply.nextDue ?? 0) >= 0 && (reply.waiting ?? 0) >= 0 && (reply.throttled ?? .zero) >= .zero,
                "\(reply)")
        }
    }

    @Test("payloads: numbers that do not fit, half a surrogate, any depth")
    func payloads() throws {
        let sample = """
            {"id": "\(Self.id)", "count": 9007199254740993, "small": 255, "share": 0.5, "at": "2026-01-31T12:00:00Z",
             "names": ["\\u00e9", "\\ud83d\\ude00"],
             "nested": {"a": -1}}
            """
        #expect(try JSONCoder.decode(Payload.self, from: Array(sample.utf8)[...]).small == 255)
        property("a payload", Gen<[UInt8]>.bytes(near: [sample])) { bytes in
            guard let payload = try? JSONCoder.decode(Payload.self, from: bytes[...]) else { return }
            try demand(payload.share.isFinite, "\(payload.share)")
        }
    }

    @Test("times of any size make ids and places in lists")
    func times() {
        for time in [
            Date.distantPast, .distantFuture, Date(timeIntervalSince1970: 1e300), Date(timeIntervalSince1970: .nan),
        ] {
            #expect(JobID(JobID.new(at: time).description) != nil)
            _ = JobDispatcher.milliseconds(time)
        }
        #expect(JobID.new(at: Date(timeIntervalSince1970: 1e300)).description > JobID.new().description)
        #expect(Duration.minutes(.max) > .seconds(1))
    }
}
