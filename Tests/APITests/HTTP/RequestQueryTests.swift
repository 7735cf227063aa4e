import Testing

@testable import API

@Suite("Queries are read as forms write them")
struct RequestQueryTests {
    private func text(_ name: String, in target: String) throws -> String? {
        var query = RequestQuery(target)
        let text = query.text(name)
        try query.finish()
        return text
    }

    /// `field:code` of every error.
    private func errors(_ target: String, asking name: String = "q") -> [String] {
        do {
            _ = try text(name, in: target)
            return []
        } catch let problem as Problem {
            return problem.errors.map { "\($0.field):\($0.code.rawValue)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "a query is read as forms write it",
        arguments: [
            ("/p?q=a+b", "a b"), ("/p?q=a%20b", "a b"), ("/p?q=a%2Bb", "a+b"), ("/p?%71=x", "x"), ("/p?q=%C3%A9", "é"),
            ("/p?q=é", "é"),
            ("/p?q=a=b", "a=b"), ("/p?q=a?b", "a?b"), ("/p?&&q=x&", "x"), ("/p?q=", nil), ("/p?q", nil), ("/p?", nil),
            ("/p", nil),
            ("/p?q=%25", "%"), ("/p?q=a%26b", "a&b"), ("/p?q=+", " "),
        ] as [(String, String?)])
    func reads(_ target: String, as value: String?) throws { #expect(try text("q", in: target) == value) }

    @Test("names with spaces are decoded")
    func decodesNamesWithSpaces() throws {
        #expect(try text("a b", in: "/p?a+b=1") == "1")
    }

    @Test(
        "a malformed query is refused",
        arguments: [
            ("/p?q=%", "q:invalid_format"), ("/p?q=%4", "q:invalid_format"), ("/p?q=%zz", "q:invalid_format"),
            ("/p?q=%ff", "q:invalid_format"),
            ("/p?q=%C0%80", "q:invalid_format"), ("/p?q=%00", "q:invalid_character"),
            ("/p?q=%0a", "q:invalid_character"),
            ("/p?q=1&q=2", "q:not_allowed"), ("/p?q=1&%71=1", "q:not_allowed"), ("/p?r=1", "r:unknown_field"),
            ("/p?%zz=1", "%zz:invalid_format"),
            ("/p?=1", ":unknown_field"),
        ])
    func refuses(_ target: String, with error: String) { #expect(errors(target) == [error]) }

    @Test("lengths are counted as the database counts them")
    func countsLengthsAsTheDatabaseDoes() {
        #expect(errors("/p?q=" + String(repeating: "a", count: 200)) == [])
        #expect(errors("/p?q=" + String(repeating: "a", count: 201)) == ["q:too_long"])
        #expect(errors("/p?q=a" + String(repeating: "%CC%81", count: 200)) == ["q:too_long"])
    }

    @Test(
        "times are taken as far as they can be stored",
        arguments: [
            ("2026-01-31T12:00:00Z", true), ("2026-01-31T12:00:00+02:00", true), ("1970-01-01T00:00:00Z", true),
            ("9999-12-31T23:59:59Z", true), ("294277-01-01T00:00:00Z", false), ("10000-01-01T00:00:00Z", false),
            ("0000-01-01T00:00:00Z", false), ("-0001-01-01T00:00:00Z", false), ("-4714-01-01T00:00:00Z", false),
            ("99999999999999999999-01-01T00:00:00Z", false), ("2026-13-01T00:00:00Z", false), ("yesterday", false),
            ("", false),
            ("2026-01-31", false), (String(repeating: "9", count: 200), false),
        ])
    func takesTimesThatCanBeStored(_ text: String, _ isTaken: Bool) {
        #expect((JobFilterText.since(text) != nil) == isTaken)
    }
}
