import Testing

@testable import JobQueue

@Suite("Errors of one cause have one fingerprint")
struct ErrorFingerprintTests {
    @Test(
        "what differs from case to case is taken out",
        arguments: [
            ("no order 42", "no order #"),
            ("no order 018f2c3e-7b1a-7c3e-9b1a-0123456789ab", "no order #"),
            ("timeout after 1.5s, tried 3 times", "timeout after #, tried # times"),
            ("user a.b+c@example.com is unknown", "user # is unknown"),
            ("GET https://api.example.com/v1/x?id=7 failed: 503", "GET # failed: #"),
            ("GET ftp://host failed", "GET # failed"),
            ("connect to 10.0.0.7:5432: refused", "connect to #: refused"),
            ("connect to [fe80::1]:6379: refused", "connect to [#]#: refused"),
            ("connect to db.internal:5432.", "connect to #."),
            ("at 0x7ffe12ab and deadbeefcafe", "at # and #"),
            ("at DEADBEEF", "at #"),
            ("key 'a b' is not \"c d\" nor `e`", "key # is not # nor #"),
            ("can't find 'it's here', isn't it", "can't find #, isn't it"),
            ("„x“, “y” and ‘z’ or «q»", "# and # or #"),
            ("rows 1, 2, 3 and 4 5", "rows # and #"),
            ("  line one\n\tline two ", " line one line two "),
            ("id=7 of row=abc", "# of row=abc"),
            ("{\"code\":\"E1\",\"n\":-7}", "{#:#}"),
            ("an 'open quotation", "an 'open quotation"),
            ("added a faded facade", "added a faded facade"),
            ("and/or well-known: yes.", "and/or well-known: yes."),
            ("Zeile ٣ fehlt, größer", "Zeile # fehlt, größer"),
            ("", ""),
        ])
    func whatDiffersFromCaseToCaseIsTakenOut(message: String, normalized: String) {
        #expect(ErrorFingerprint.normalized(message) == normalized)
    }

    @Test("kind, code and message each count")
    func kindCodeAndMessageEachCount() {
        let one = ErrorFingerprint.of(kind: "a", code: "b", message: "no order 1")
        #expect(one == ErrorFingerprint.of(kind: "a", code: "b", message: "no order 2"))
        #expect(one != ErrorFingerprint.of(kind: "a2", code: "b", message: "no order 1"))
        #expect(one != ErrorFingerprint.of(kind: "a", code: "c", message: "no order 1"))
        #expect(one != ErrorFingerprint.of(kind: "a", code: "b", message: "no user 1"))
        #expect(
            ErrorFingerprint.of(kind: "ab", code: "c", message: "")
                != ErrorFingerprint.of(kind: "a", code: "bc", message: ""))
    }

    /// Groups must survive a new version of the program, and workers of two versions side by side.
    @Test("a fingerprint stays the same over versions")
    func itStaysTheSameOverVersions() {
        #expect(ErrorFingerprint.of(kind: "", code: "", message: "") == "f998341be47b")
        #expect(
            ErrorFingerprint.of(kind: "email.order-confirmation", code: "transient", message: "451 try later")
                == "0b69500089fe")
    }

    @Test("only the beginning of a long message counts")
    func longMessage() {
        let begin = String(repeating: "word ", count: 100)
        #expect(ErrorFingerprint.normalized(begin + "one") == ErrorFingerprint.normalized(begin + "other"))
    }
}
