import Domain
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite("A body is checked field by field and all errors are named")
struct RequestFieldsTests {
    private func fields(_ text: String) throws -> RequestFields {
        try RequestFields(try JSONValue(parsing: Array(text.utf8)))
    }

    /// `field:code` of every error of a request.
    private func errors<Body>(_ text: String, _ read: (RequestFields) throws(Problem) -> Body) throws -> [String] {
        do {
            _ = try read(try fields(text))
            return []
        } catch let problem as Problem {
            #expect(problem.status.code == 422)
            return problem.errors.map { "\($0.field):\($0.code.rawValue)" }
        }
    }

    @Test("every error is named at once")
    func namesEveryErrorAtOnce() throws {
        let text = #"{"email": "nobody", "password": "short", "role": "admin"}"#
        #expect(
            try errors(text, RegisterRequest.init) == [
                "email:invalid_format", "name:required", "password:too_short", "role:unknown_field",
            ])
    }

    @Test(
        "a quantity that is no quantity is refused",
        arguments: [
            ("0", "out_of_range"), ("-1", "out_of_range"), ("1.5", "not_an_integer"), ("1e9", "out_of_range"),
            ("1e-9", "not_an_integer"),
            ("1000", "out_of_range"),
            ("9223372036854775808", "out_of_range"), ("-9223372036854775809", "out_of_range"), (#""1""#, "wrong_type"),
            ("null", "wrong_type"),
            ("true", "wrong_type"), ("[]", "wrong_type"), ("{}", "wrong_type"), ("0.0", "out_of_range"),
            ("1e999", "out_of_range"),
        ])
    func refusesQuantity(_ literal: String, code: String) throws {
        let text = #"{"product_id": "0197f0c4-0000-7000-8000-000000000001", "quantity": \#(literal)}"#
        #expect(try errors(text, CartItemRequest.init) == ["quantity:\(code)"])
    }

    @Test(
        "a whole number in range is a quantity",
        arguments: [("1", 1), ("999", 999), ("1.0", 1), ("2e2", 200), ("30e-1", 3)])
    func takesQuantity(_ literal: String, _ quantity: Int) throws {
        let text = #"{"product_id": "0197f0c4-0000-7000-8000-000000000001", "quantity": \#(literal)}"#
        #expect(try CartItemRequest(try fields(text)).quantity.rawValue == quantity)
    }

    @Test("passwords are measured in bytes")
    func measuresPasswordsInBytes() throws {
        func codes(_ password: String) throws -> [String] {
            try errors(#"{"email": "a@b.example", "name": "A", "password": "\#(password)"}"#, RegisterRequest.init)
        }
        #expect(try codes("hu9-xka") == ["password:too_short"])
        #expect(try codes("hu9-xkay") == [])
        #expect(try codes("👩‍👩‍👧") == ["password:too_short"])
        let long = "horse" + String(repeating: "éà", count: 16) + "xyz"
        #expect(long.utf8.count == 72)
        #expect(try codes(long) == [])
        #expect(try codes(long + "x") == ["password:too_long"])
        #expect(try codes(#"secret\u0000secret"#) == ["password:invalid_character"])
    }

    @Test("lengths are counted as the database counts them")
    func countsLengthsAsTheDatabaseDoes() throws {
        func codes(_ name: String) throws -> [String] {
            try errors(#"{"email": "a@b.example", "password": "hu9-xkay", "name": "\#(name)"}"#, RegisterRequest.init)
        }
        #expect(try codes("a" + String(repeating: "\u{301}", count: 119)) == [])
        #expect(try codes("a" + String(repeating: "\u{301}", count: 120)) == ["name:too_long"])
        #expect(try codes("a" + String(repeating: "\u{301}", count: 200)) == ["name:too_long"])
        #expect(try codes(String(repeating: "é", count: 120)) == [])
        #expect(try codes(String(repeating: "👨‍👩‍👧‍👦", count: 17)) == [])
        #expect(try codes(String(repeating: "👨‍👩‍👧‍👦", count: 18)) == ["name:too_long"], "seven code points each")
        #expect(try codes("") == ["name:too_short"])
    }

    @Test("NUL is refused in every text", arguments: ["email", "password"])
    func refusesNULInEveryText(_ field: String)
        throws
    {
        let text =
            field == "email"
            ? #"{"email": "a\u0000@b.example", "password": "12345678"}"#
            : #"{"email": "a@b.example", "password": "12\u000034"}"#
        #expect(try errors(text, LoginRequest.init) == ["\(field):invalid_character"])
    }

    @Test("at most fifty errors are named")
    func namesAtMostFiftyErrors() throws {
        let many =
            "{" + (0..<900).map { #""f\#(String(repeating: "x", count: 100))\#($0)": 1"# }.joined(separator: ",") + "}"
        do {
            _ = try RegisterRequest(try fields(many))
            Issue.record("taken")
        } catch let problem as Problem {
            #expect(problem.errors.count == 50)
            #expect(problem.detail.contains("903 fields") && problem.detail.contains("853 more"))
            #expect(problem.errors.allSatisfy { $0.field.utf8.count < 100 })
        }
    }

    @Test("control characters in names are refused")
    func refusesControlCharactersInNames() throws {
        let text = #"{"email": "a@b.example", "password": "hu9-xkay", "name": "A\r\nBcc: b@c.example"}"#
        #expect(try errors(text, RegisterRequest.init) == ["name:invalid_character"])
    }

    @Test("a field inside another is named by its path")
    func namesFieldsInsideOfOthersByPath() throws {
        let text = #"""
            {"payment_method": "pm card", "expected_total": {"amount": -1, "currency": "XXQ", "x": 1},
             "shipping_address": {"name": "A", "line1": "", "city": "B", "country": "de"},
             "items": [{"product_id": "x", "quantity": 1}, 7], "currency": null}
            """#
        #expect(
            try Set(errors(text, OrderRequest.init)) == [
                "payment_method:invalid_format", "expected_total.amount:out_of_range",
                "expected_total.currency:invalid_format",
                "expected_total.x:unknown_field", "shipping_address.line1:too_short",
                "items[0].product_id:invalid_format",
                "items[1]:wrong_type",
                "currency:wrong_type",
            ])
    }

    @Test("one product listed twice is refused")
    func refusesOneProductTwice() throws {
        let item = #"{"product_id": "0197f0c4-0000-7000-8000-000000000001", "quantity": 1}"#
        let text = #"""
            {"payment_method": "pm_card_visa", "shipping_address": {"name": "A", "line1": "S", "city": "B",
             "country": "DE"},
             "items": [\#(item), \#(item)]}
            """#
        #expect(try errors(text, OrderRequest.init) == ["items:not_allowed"])
    }
}
