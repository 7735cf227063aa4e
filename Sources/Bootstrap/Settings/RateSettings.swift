/// Where exchange rates come from: `RATES_PROVIDER`, `RATES_URL`, `RATES_API_KEY`.
package struct RateSettings: Sendable {
    /// Whose format is read.
    package enum Provider: String, Sendable, CaseIterable {
        /// The European Central Bank's daily XML.
        case ecb
        /// Frankfurter's JSON, version 1.
        case frankfurter
        /// Frankfurter's JSON, version 2.
        case frankfurterV2 = "frankfurter-v2"
        /// Open Exchange Rates' JSON, which wants a key.
        case openExchangeRates = "openexchangerates"
    }

    package let provider: Provider
    /// Another address than the provider's own.
    package let url: String?
    /// The provider's key; there for Open Exchange Rates alone.
    package let apiKey: SecretText?

    package init(_ reader: inout SettingsReader) {
        provider = reader.choice("RATES_PROVIDER", default: .ecb)
        url = reader.webAddress("RATES_URL")
        guard provider == .openExchangeRates else {
            apiKey = nil
            return
        }
        apiKey = reader.required(
            "RATES_API_KEY", expected: "the App ID of Open Exchange Rates", advice: "with the sandbox any word will do"
        ) { text in
            text.utf8.count <= 128 && text.utf8.allSatisfy(ASCII.isVisible) ? SecretText(text) : nil
        }
    }
}
