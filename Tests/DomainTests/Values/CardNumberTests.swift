import Domain
import Testing

@Suite("What looks like the number of a payment card is known as such")
struct CardNumberTests {
    /// Test numbers of the card networks.
    static let numbers = [
        "4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222", "5200828282828210",
        "378282246310005",
        "371449635398431", "6011111111111117", "3056930009020004", "36227206271667", "3566002020360505",
        "6200000000000005",
        "4222222222222",
        "6759649826438453", "6799990100000000019", "501800000009",
    ]

    @Test("bare, grouped and amid other text, in whatever script", arguments: numbers)
    func found(_ number: String) {
        let grouped = stride(from: 0, to: number.count, by: 4).map { String(number.dropFirst($0).prefix(4)) }
        let arabic = String(
            String.UnicodeScalarView(number.unicodeScalars.compactMap { Unicode.Scalar($0.value - 0x30 + 0x660) }))
        for text in [
            number, grouped.joined(separator: " "), grouped.joined(separator: "-"), grouped.joined(separator: "."),
            grouped.joined(separator: " - ").replacing(" - ", with: "--"), "pm_\(number)", "card\(number)x",
            "_\(number)-", arabic,
            number.map(String.init).joined(separator: " "), "a 12 b \(number)",
        ] {
            #expect(CardNumber.occurs(in: text, .strict), "\(text)")
        }
        // With a date and a code directly behind it, too.
        #expect(CardNumber.occurs(in: number + "1228123", .strict))
        #expect(CardNumber.occurs(in: "1" + number, .strict))
    }

    @Test("in addresses and notes numbers of 13 digits and more are looked for, as they are printed")
    func lenient() {
        for text in ["4242 4242 4242 4242", "Card: 5555-5555-5555-4444, thanks", "Flat 3, 378282246310005"] {
            #expect(CardNumber.occurs(in: text, .lenient), "\(text)")
        }
    }

    @Test(
        "names of payment methods, telephone numbers, addresses and numbers that fail the check are none",
        arguments: [
            "pm_card_visa", "pm_1MqLiJLkdIwHu7ixUEgbFdYR", "pm_card_authenticationRequired", "", "none",
            "0000000000000000",
            "12 St James Square, SW1Y 4LE", "+44 20 7946 0958", "tok_visa", "42424242424", "pm_000000000000",
        ])
    func others(_ text: String) {
        #expect(!CardNumber.occurs(in: text, .strict), "\(text)")
        #expect(!CardNumber.occurs(in: text, .lenient), "\(text)")
    }

    @Test("telephone numbers that happen to pass the check are let through where people write them")
    func telephones() {
        for text in ["0049 301234567", "020 7946 0958 12", "call 1 800 555 0199 2"] {
            #expect(!CardNumber.occurs(in: text, .lenient), "\(text)")
        }
    }

    @Test("a number that fails the check is none where people write")
    func typo() {
        #expect(!CardNumber.occurs(in: "4242 4242 4242 4241", .lenient))
    }

    @Test("long text costs little")
    func long() {
        let text = String(repeating: "1 ", count: 100_000)
        #expect(!CardNumber.occurs(in: text, .lenient))
    }
}
