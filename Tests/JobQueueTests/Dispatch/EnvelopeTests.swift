import Foundation
import JobQueue
import Testing

@Suite("An envelope survives Redis byte for byte")
struct EnvelopeTests {
    private func sample(
        payload: String = #"{"orderID":"1"}"#, errors: String = "", unique: String = "", superseded: [Int64] = []
    )
        -> Envelope
    {
        Envelope(
            id: .new(), name: "checkout.order", version: 3, attempts: 2, crashes: 1, enqueuedAt: 1_790_000_000_123,
            superseded: superseded,
            isDurable: false, payload: Array(payload.utf8)[...], uniqueKey: unique, errors: Array(errors.utf8)[...])
    }

    @Test(
        "an envelope is read as it was written",
        arguments: [
            ("{}", ""), (#"{"text":"line\nbreak  and spaces"}"#, ""), ("", ""),
            ("{\n}\n", "{\"attempt\":1}\n{\"attempt\":2}\n"),
            ("{\"e\":\"ä€😀\"}", "x"),
        ])
    func roundTrip(payload: String, errors: String) throws {
        for unique in ["", "f:cart 7", "s:ä\n"] {
            let envelope = sample(
                payload: payload, errors: errors, unique: unique,
                superseded: [1_790_000_000_000_001, 1_790_000_000_000_002])
            #expect(try #require(Envelope(envelope.encoded())) == envelope)
        }
    }

    @Test(
        "what is no envelope is refused, never half read",
        arguments: [
            "", "\n", "hello", "2 x y 1 0 0 0 - d 0 0\n", "1 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - q 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 1,x d 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 5 0\nabc",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 -1 0 0 - d 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2  1 0 0 0 - d 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 1 3\nabc",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 0 0",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fag2 n 1 0 0 0 - d 0 0\n",
            "2 7d444840x9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 0 - d 0 0\n",
            "2 7d444840-9dc0-11d1-b245-5ffdce74fad2 n 1 0 0 9999999999999999999 - d 0 0\n",
        ])
    func malformed(text: String) {
        #expect(Envelope(Array(text.utf8)) == nil)
    }

    @Test("a durable job's copy is a pointer of at most 150 bytes")
    func size() {
        let pointer = Envelope(
            id: .new(), name: "email.order-confirmation", version: 1, enqueuedAt: 1_790_000_000_123, isDurable: true)
        #expect(pointer.encoded().count <= 150)
    }
}
