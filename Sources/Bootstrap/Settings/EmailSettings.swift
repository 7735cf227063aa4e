package import FoundationEssentials
package import Providers

/// How email leaves: `EMAIL_FROM`, what ``ShopIdentity/read(_:sender:)`` names, `SHOP_TIME_ZONE`, `EMAIL_ACTIVITY_URL`,
/// `EMAIL_OUTCOME_TIMEOUT_SECONDS`, and what ``EmailTransportSettings`` names.
package struct EmailSettings: Sendable {
    /// Who emails come from.
    package let sender: EmailSender
    /// How the shop presents itself in them.
    package let shop: ShopIdentity
    /// What days and times in emails are written in.
    package let timeZone: TimeZone
    /// Through whom they leave.
    package let transport: EmailTransportSettings
    /// Where to ask whether an email of unknown outcome was accepted by an email server. Without it such emails wait
    /// for an operator.
    package let activityURL: String?
    /// How long after an email's outcome became unknown it is settled: its provider needs time to take note, or to
    /// tell.
    package let unknownWait: Duration

    package init?(_ reader: inout SettingsReader) {
        activityURL = reader.webAddress("EMAIL_ACTIVITY_URL")
        timeZone = reader.value(
            "SHOP_TIME_ZONE", default: .gmt, expected: "a name of the time zone database such as Europe/Berlin"
        ) {
            TimeZone(identifier: $0)
        }
        let sender = reader.required("EMAIL_FROM", expected: "an address such as Shop <orders@shop.example>") {
            try? EmailSender($0)
        }
        let shop = ShopIdentity.read(&reader, sender: sender)
        let transport = EmailTransportSettings(&reader)
        // A look-up answers at once; a provider that tells by itself may be late.
        let patience = if case .sendGrid = transport { 900 } else { 30 }
        unknownWait = .seconds(reader.integer("EMAIL_OUTCOME_TIMEOUT_SECONDS", default: patience, in: 1...86_400))
        guard let sender, let shop, let transport else { return nil }
        self.sender = sender
        self.shop = shop
        self.transport = transport
    }
}
