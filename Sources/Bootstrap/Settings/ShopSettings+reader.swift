import Domain
package import Storage

extension ShopSettings {
    /// Reads `SHOP_CURRENCY` and `RESERVATION_SECONDS`.
    package init(_ reader: inout SettingsReader) {
        self.init(
            currency: reader.value("SHOP_CURRENCY", default: .usd, expected: "a currency code of ISO 4217 such as USD") { Currency($0) },
            reservation: .seconds(reader.integer("RESERVATION_SECONDS", default: 900, in: 1...86_400)))
    }
}
