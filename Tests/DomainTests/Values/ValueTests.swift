import Domain
import FoundationEssentials
import PropertySupport
import Testing

@Suite("Values from outside are checked once, where they come in")
struct ValueTests {
    @Test("quantities are whole numbers from 1 to 999", arguments: [0, -1, 1000, .max, .min])
    func quantityOutOfRange(_ value: Int) {
        #expect(throws: InvalidValue.self) { try Quantity(value) }
    }

    @Test(
        "addresses that cannot stand on an envelope are refused",
        arguments: [
            "", "a", "@example.com", "a@", "a@localhost", "a b@example.com", "a@exa mple.com", "a@-example.com",
            "a@example..com",
            ".a@example.com",
            "a.@example.com", "a@b@example.com", "a@example.com\r\nBcc: x@example.com", "a@example.com\0",
            // Invisible, turning, combining with what is before it, spaces of other scripts, signs that no name has.
            "a\u{200B}b@example.com", "a\u{202E}b@example.com", "\u{301}a@example.com", "a.\u{301}@example.com",
            "a\u{A0}b@example.com",
            "“a”@example.com",
            "ä @example.com", "a@\u{301}b.example", "a@exa\u{200D}mple.com", "a@❤.example", "a@-ä.example",
            "a@ä-.example", "a@ä",
            "a@。example", "a@ä..example",
            "a@xn--.example", "a@xn--a.example", "a@xn--bcher-kv.example", "a@xn--BCHER-99a.example",
            "a@xn--zzzzzzzz99999999.example",
            "a@ä_b.example",
            String(repeating: "ä", count: 33) + "@example.com", "a@" + String(repeating: "ä", count: 64) + ".example",
            "a@" + String(repeating: "漢字", count: 100) + ".example", String(repeating: "a", count: 5_000),
            String(repeating: "a", count: 65) + "@example.com",
        ])
    func badEmail(_ text: String) {
        #expect(EmailAddress(rawValue: text) == nil)
    }

    @Test("addresses keep their mailbox, lower their domain and print masked")
    func email() throws {
        let address = try EmailAddress("Ada.Lovelace+shop@Example.COM")
        #expect(address.rawValue == "Ada.Lovelace+shop@example.com")
        #expect(address.key == "ada.lovelace+shop@example.com")
        #expect("\(address)" == "A***@e***.com")
        #expect(String(reflecting: address) == "A***@e***.com")
    }

    @Test(
        "addresses of all scripts have one spelling, which any server can be told by",
        arguments: [
            ("ada@bücher.example", "ada@xn--bcher-kva.example"), ("ada@BÜCHER.EXAMPLE", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
            ("ada@straße.example", "ada@xn--strae-oqa.example"), ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
            ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"), ("ada@ｅｘａｍｐｌｅ.com", "ada@example.com"),
            ("ada@пример.испытание", "ada@xn--e1afmkfd.xn--80akhbyknj4f"),
            ("ada@παράδειγμα.δοκιμή", "ada@xn--hxajbheg2az3al.xn--jxalpdlp"),
            ("ada@उदाहरण.परीक्षा", "ada@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
            ("ada@إختبار.مثال", "ada@xn--kgbechtv.xn--mgbh0fb"), ("ada@실례.테스트", "ada@xn--9n2bp8q.xn--9t4b11yi5a"),
            ("Jürgen@Example.com", "jürgen@example.com"), ("ju\u{308}rgen@example.com", "jürgen@example.com"),
            ("用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah"),
            ("😀@example.com", "😀@example.com"), ("Ada@example.com", "Ada@example.com"),
        ])
    func internationalEmail(_ text: String, _ expected: String) throws {
        let address = try EmailAddress(text)
        #expect(Array(address.rawValue.utf8) == Array(expected.utf8))
        #expect(address.needsSMTPUTF8 == (expected.utf8.contains { $0 >= 0x80 }))
        // What is shown can be typed again.
        #expect(try EmailAddress(address.readable) == address)
        #expect(!"\(address)".contains("rgen"))
        #expect(address.key == expected.lowercased())
    }

    @Test("what is shown of a domain is what was typed")
    func readableEmail() throws {
        #expect(try EmailAddress("ada@xn--bcher-kva.example").readable == "ada@bücher.example")
        #expect(try EmailAddress("用户@例え.テスト").readable == "用户@例え.テスト")
        #expect(try EmailAddress("ada@example.com").readable == "ada@example.com")
    }

    @Test("any text is an address in one spelling, or none, and never a fault")
    func anyEmail() {
        let parts = [
            "a", "Ä", "ß", "漢", "xn--", "bcher-kva", "@", ".", "-", "\u{301}", "\u{3002}", "İ", "ﬁ", "😀", "\u{200D}",
            "0", "+", "א",
            "example",
        ]
        property("an address is read as itself", Gen.one(of: parts).list(1...12).map { $0.joined() }) { text in
            guard let address = EmailAddress(rawValue: text) else { return }
            try demandEqual(EmailAddress(rawValue: address.rawValue)?.rawValue, address.rawValue)
            try demandEqual(EmailAddress(rawValue: address.readable)?.rawValue, address.rawValue)
            try demandEqual(address.rawValue.split(separator: "@").last.map { $0.utf8.allSatisfy { $0 < 0x80 } }, true)
            try demandEqual(address.rawValue.utf8.count <= 254, true)
        }
    }

    @Test(
        "a SKU is 1 to 64 capitals, digits, dots, dashes and underscores",
        arguments: [
            ("ABC-1", true), ("a", false), ("", false), ("A B", false), (String(repeating: "X", count: 65), false),
        ])
    func sku(_ text: String, _ isValid: Bool) {
        #expect((SKU(rawValue: text) != nil) == isValid)
    }

    @Test("currencies come from ISO 4217", arguments: [("USD", 2), ("jpy", 0), ("KWD", 3), ("CLP", 0)])
    func currency(_ code: String, _ exponent: Int) {
        #expect(Currency(code)?.exponent == exponent)
    }

    @Test("what is no currency is refused", arguments: ["", "US", "USDT", "XXX", "XAU", "U$D"])
    func noCurrency(_ code: String) {
        #expect(Currency(code) == nil)
    }

    @Test("ids are UUIDs of version 7 that sort by time")
    func identifiers() throws {
        var random = SeededGenerator(seed: 7)
        let dates = (0..<200).map { Date(timeIntervalSince1970: 1_763_900_000 + Double($0) / 1000) }
        let ids = dates.map { Order.ID(at: $0, using: &random) }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        for id in ids {
            let text = id.description
            #expect(Array(text)[14] == "7")
            #expect("89ab".contains(Array(text)[19]))
            #expect(Order.ID(text) == id)
            #expect(Order.ID(text.uppercased()) == id)
        }
        #expect(Order.ID("not-a-uuid") == nil)
        let json = try JSONEncoder().encode([ids[0]])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(ids[0])\"]")
        #expect(try JSONDecoder().decode([Order.ID].self, from: json) == [ids[0]])
    }

    @Test("postal addresses name the field that is wrong")
    func address() throws {
        for country in ["gb", "XX", "EU", "UK", "ZZ", "SU", "", "G", "GBR", "ＧＢ"] {
            let expected = "Expected the two upper-case letters of a country of ISO 3166-1, such as DE."
            #expect(throws: InvalidValue(code: "country_invalid", message: expected), "\(country)") {
                try Address(name: "Ada", line1: "1 Road", city: "London", country: country)
            }
        }
        for country in Country.all {
            #expect(
                try Address(name: "Ada", line1: "1 Road", city: "London", country: country.rawValue).country
                    == country.rawValue)
        }
        #expect(Country.all.count == 250)
        #expect(throws: InvalidValue.self) { try Address(name: "", line1: "1 Road", city: "London", country: "GB") }
        #expect(throws: InvalidValue.self) {
            try Address(name: "Ada\r\nX", line1: "1 Road", city: "London", country: "GB")
        }
        #expect(try Address(name: "Ada", line1: "1 Road", line2: "", city: "London", country: "GB").line2 == nil)
    }

    @Test("a picture for emails is told by its content, and is small")
    func pictures() {
        #expect(EmailImage([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1])?.type == "image/png")
        #expect(EmailImage([0xFF, 0xD8, 0xFF, 0xE0])?.filename == "logo.jpeg")
        #expect(EmailImage(Array("GIF89a".utf8))?.type == "image/gif")
        for bytes in [[], [0x89], Array("<svg/>".utf8), Array("<html>".utf8)] { #expect(EmailImage(bytes) == nil) }
        #expect(EmailImage(Array("GIF89a".utf8) + Array(repeating: 0, count: EmailImage.maximumBytes)) == nil)
    }

    @Test("charging repeats its key, giving up never does")
    func idempotencyKeys() {
        #expect(
            IdempotencyKey.confirmation(ofPayment: "p", attempt: 2)
                == IdempotencyKey.confirmation(ofPayment: "p", attempt: 2))
        #expect(
            IdempotencyKey.confirmation(ofPayment: "p", attempt: 2)
                != IdempotencyKey.confirmation(ofPayment: "p", attempt: 3))
        let first = IdempotencyKey.cancellation(ofPayment: "p")
        #expect(first?.rawValue.hasPrefix("px:p:") == true)
        #expect(first != IdempotencyKey.cancellation(ofPayment: "p"))
    }
}
