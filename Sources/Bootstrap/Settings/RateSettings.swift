/// Where exchange rates come from: `RATES_PROVIDER`, `RATES_URL`.
package struct RateSettings: Sendable {
    /// Whose format is read.
    package enum Provider: String, Sendable, CaseIterable {
        /// The European Central Bank's daily XML.
        case ecb
        /// Frankfurter's JSON.
        case frankfurter
    }

    package let provider: Provider
    /// Another address than the provider's own.
    package let url: String?

    package init(_ reader: inout SettingsReader) {
        provider = reader.choice("RATES_PROVIDER", default: .ecb)
        url = reader.webAddress("RATES_URL")
    }
}
