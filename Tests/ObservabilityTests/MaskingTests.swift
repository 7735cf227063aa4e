import Observability
import Testing

@Suite("Logs hold no mail address and no secret")
struct MaskingTests {
    @Test(
        "mail addresses are masked wherever they stand",
        arguments: [
            ("ada@example.com", "a***@e***.com"),
            ("to <ada.lovelace@mail.example.co.uk>, soon", "to <a***@m***.uk>, soon"),
            ("Sent to ada@example.com.", "Sent to a***@e***.com."),
            ("ada@example.com,bob@example.org", "a***@e***.com,b***@e***.org"),
            ("ö.müller@bücher.example", "ö***@b***.example"),
            ("root@localhost", "r***@l***"),
            ("postgres://shop:hunter2@db.internal:5432/shop", "postgres://shop:h***@d***.internal:5432/shop"),
            ("a@b@c.example", "a***@b***@c.example"),
            ("price @ 3 EUR, @home, x@", "price @ 3 EUR, @home, x@"),
            ("nothing here", "nothing here"),
            ("", ""),
        ])
    func masksAddresses(text: String, expected: String) {
        #expect(Masking.maskingEmailAddresses(in: text) == expected)
    }

    @Test(
        "keys that name a secret are known in any spelling",
        arguments: ["token", "refreshToken", "PASSWORD", "client_secret", "Authorization"])
    func secretKeys(key: String) {
        #expect(Masking.isSecret(key: key))
    }

    @Test("other keys are not", arguments: ["order_id", "job", "duration", "email"])
    func plainKeys(key: String) {
        #expect(!Masking.isSecret(key: key))
    }
}
