import Domain
import Providers
package import Storage
import SystemPackage

extension ShopIdentity {
    /// Reads `SHOP_NAME`, `SHOP_ADDRESS`, `SHOP_CONTACT` and `SHOP_LOGO_FILE`; nil with a problem noted.
    ///
    /// - Parameter sender: whose name the shop has that names none.
    static func read(_ reader: inout SettingsReader, sender: EmailSender?) -> ShopIdentity? {
        let name = reader.value(
            "SHOP_NAME", default: sender?.name ?? "Shop",
            expected: "the shop's name, a line of 1 to \(maximumName) characters"
        ) { text in (try? ShopIdentity(name: text)).map(\.name) }
        let address = reader.value(
            "SHOP_ADDRESS", default: [],
            expected:
                "the shop's postal address, at most 8 lines with | between them, such as Shop Ltd | 1 High "
                + "Street | London | SW1A 1AA"
        ) { text -> [String]? in
            let lines = parts(of: text)
            return !lines.isEmpty && (try? ShopIdentity(address: lines)) != nil ? lines : nil
        }
        let contacts = reader.value(
            "SHOP_CONTACT", default: [],
            expected:
                "how the shop is reached: up to 4 email addresses, telephone numbers or web addresses with | "
                + "between them"
        ) { text -> [Contact]? in
            let words = parts(of: text)
            let contacts = words.compactMap(Contact.init)
            return (1...4).contains(words.count) && contacts.count == words.count ? contacts : nil
        }
        let logo: EmailImage? = reader.value(
            "SHOP_LOGO_FILE", default: nil,
            expected:
                "the path of a PNG, JPEG or GIF of at most \(EmailImage.maximumBytes / 1024) KiB that this user "
                + "may read"
        ) { path -> EmailImage?? in
            // Read no further than needed to see that it is too large.
            guard let image = bytes(of: path, upTo: EmailImage.maximumBytes + 1).flatMap({ EmailImage($0) }) else {
                return nil
            }
            return .some(image)
        }
        // A sender's name that is too long for a shop's is only told where it is the shop's.
        if let identity = try? ShopIdentity(name: name, address: address, contacts: contacts, logo: logo) {
            return identity
        }
        reader.note(
            SettingProblem(
                name: "SHOP_NAME", wrong: "is not set, and the name in EMAIL_FROM is none for a shop",
                expected: "the shop's name, a line of 1 to \(maximumName) characters"))
        return nil
    }

    /// What a file holds, cut at so many bytes; nil when it cannot be read. Does not wait for anything that is no file.
    private static func bytes(of path: String, upTo count: Int) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
        else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let chunk = try? [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, filled in
                filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard let chunk else { return nil }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }

    private static func parts(of text: String) -> [String] {
        text.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    }
}

extension ShopSettings {
    /// Reads `SHOP_CURRENCY`, `SHOP_LANGUAGE`, `RESERVATION_SECONDS`, `RESERVATION_MAX_SECONDS`, `DECLINES_PER_HOUR`,
    /// `CART_KEEP_DAYS`, `STOCK_LOW_THRESHOLD`, `RATES_MARGIN_PERCENT`, `RATES_MAX_AGE_DAYS` and
    /// `EMAIL_PAYMENT_FAILED_SECONDS`, and what depends on `PAYMENTS_PROVIDER`.
    package init(_ reader: inout SettingsReader) {
        let provider = PaymentProviders.chosen(&reader)
        self.init(
            currency: reader.value("SHOP_CURRENCY", default: .usd, expected: "a currency code of ISO 4217 such as USD")
            { Currency($0) },
            reservation: .seconds(reader.integer("RESERVATION_SECONDS", default: 900, in: 1...86_400)),
            maximumReservation: .seconds(reader.integer("RESERVATION_MAX_SECONDS", default: 3600, in: 1...604_800)),
            declinesPerHour: reader.integer("DECLINES_PER_HOUR", default: 10, in: 0...10_000),
            cartLifetime: .seconds(86_400 * reader.integer("CART_KEEP_DAYS", default: 30, in: 1...3650)),
            rateMargin: reader.value(
                "RATES_MARGIN_PERCENT", default: .zero,
                expected: "per cent from 0 to 20 with up to two decimals, such as 2.5"
            ) { RateMargin(percent: $0) },
            maximumRateAgeDays: reader.integer("RATES_MAX_AGE_DAYS", default: 10, in: 1...365),
            language: reader.choice("SHOP_LANGUAGE", default: .english),
            paymentFailedEmailDelay: .seconds(
                reader.integer("EMAIL_PAYMENT_FAILED_SECONDS", default: 120, in: 0...3600)),
            charges: provider.charges, paymentProvider: provider.name,
            lowStockThreshold: reader.integer("STOCK_LOW_THRESHOLD", default: 5, in: 0...1_000_000))
    }
}
