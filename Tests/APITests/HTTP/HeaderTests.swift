import Testing

@testable import API

@Suite("Headers are read leniently where the RFC says so, strictly where money hangs on them")
struct HeaderTests {
    @Test(
        "the wait of Prefer is read leniently",
        arguments: [
            (["wait=10"], 10), (["respond-async, wait=5"], 5), (["respond-async", "wait=7"], 7), (["WAIT = 3"], 3),
            (["wait=\"4\""], 4),
            (["wait=0"], 0),
            (["wait=31"], 30), (["wait=999999999"], 30), (["wait"], nil), (["wait=-1"], nil), (["wait=1.5"], nil),
            (["wait=99999999999999999999"], nil),
            (["return=minimal"], nil), ([], nil),
        ] as [([String], Int?)])
    func waits(fields: [String], seconds: Int?) {
        #expect(PreferHeader.wait(fields) == seconds)
    }

    @Test(
        "a well-formed idempotency key is taken",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("  a-b_c.1  ", "a-b_c.1"),
            (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
        ])
    func takesKeys(field: String, key: String) throws {
        #expect(try IdempotencyKeyHeader.key([field]) == key)
    }

    @Test(
        "any other idempotency key is refused",
        arguments: [[], [""], ["\"\""], ["a b"], ["a", "b"], ["é"], ["a\"b"], [String(repeating: "k", count: 256)]])
    func refusesKeys(fields: [String]) {
        #expect(throws: Problem.self) { try IdempotencyKeyHeader.key(fields) }
    }

    @Test("sane request ids are taken over")
    func takesOverSaneRequestIDs() {
        #expect(RequestIDMiddleware.id(for: "order-42.retry_1") == "order-42.retry_1")
        for bad in [
            "short", "with space in it", "line\r\nbreak-here", "<script>alert</script>",
            String(repeating: "x", count: 65), "",
            "ünicode-id",
        ] {
            let id = RequestIDMiddleware.id(for: bad)
            #expect(id != bad)
            #expect(id.utf8.count == 16)
        }
        #expect(RequestIDMiddleware.id(for: nil) != RequestIDMiddleware.id(for: nil))
    }

    @Test(
        "the unversioned path is an alias of the current version",
        arguments: [
            ("/api/orders", "/api/v1/orders"), ("/api/orders?limit=1", "/api/v1/orders?limit=1"),
            ("/api/versions", "/api/v1/versions"),
            ("/api/v1/orders", nil), ("/api/v2/orders", nil), ("/healthz", nil), ("/api", nil),
        ] as [(String, String?)])
    func aliasesTheCurrentVersion(path: String, current: String?) {
        #expect(VersionedPath.current(path) == current)
    }

    @Test(
        "base64url is decoded",
        arguments: [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("_-8", "\u{FF}\u{EF}")])
    func decodesBase64URL(text: String, bytes: String) {
        #expect(Base64URL.decode(text) == bytes.unicodeScalars.map { UInt8($0.value) })
        #expect(Base64URL.encode(bytes.unicodeScalars.map { UInt8($0.value) }) == text)
    }

    @Test("other spellings of base64url are refused", arguments: ["Zg==", "Zh", "Zm9", "+/8", "Z", "Zg\n", "Z g"])
    func refusesOtherSpellings(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
