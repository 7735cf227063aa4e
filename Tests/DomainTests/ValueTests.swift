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
            "", "a", "@example.com", "a@", "a@localhost", "a b@example.com", "a@exa mple.com", "a@-example.com", "a@example..com",
            ".a@example.com",
            "a.@example.com", "a@b@example.com", "a@example.com\r\nBcc: x@example.com", "ä@example.com", "a@example.com\0",
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

    @Test("SKUs", arguments: [("ABC-1", true), ("a", false), ("", false), ("A B", false), (String(repeating: "X", count: 65), false)])
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
            #expect(try Address(name: "Ada", line1: "1 Road", city: "London", country: country.rawValue).country == country.rawValue)
        }
        #expect(Country.all.count == 250)
        #expect(throws: InvalidValue.self) { try Address(name: "", line1: "1 Road", city: "London", country: "GB") }
        #expect(throws: InvalidValue.self) { try Address(name: "Ada\r\nX", line1: "1 Road", city: "London", country: "GB") }
        #expect(try Address(name: "Ada", line1: "1 Road", line2: "", city: "London", country: "GB").line2 == nil)
    }

    @Test("a picture for mails is told by its content, and is small")
    func pictures() {
        #expect(MailImage([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1])?.type == "image/png")
        #expect(MailImage([0xFF, 0xD8, 0xFF, 0xE0])?.filename == "logo.jpeg")
        #expect(MailImage(Array("GIF89a".utf8))?.type == "image/gif")
        for bytes in [[], [0x89], Array("<svg/>".utf8), Array("<html>".utf8)] { #expect(MailImage(bytes) == nil) }
        #expect(MailImage(Array("GIF89a".utf8) + Array(repeating: 0, count: MailImage.maximumBytes)) == nil)
    }

    @Test("charging repeats its key, giving up never does")
    func idempotencyKeys() {
        #expect(IdempotencyKey.confirmation(ofPayment: "p", attempt: 2) == IdempotencyKey.confirmation(ofPayment: "p", attempt: 2))
        #expect(IdempotencyKey.confirmation(ofPayment: "p", attempt: 2) != IdempotencyKey.confirmation(ofPayment: "p", attempt: 3))
        let first = IdempotencyKey.cancellation(ofPayment: "p")
        #expect(first?.rawValue.hasPrefix("px:p:") == true)
        #expect(first != IdempotencyKey.cancellation(ofPayment: "p"))
    }
}
