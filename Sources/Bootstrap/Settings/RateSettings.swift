import Domain
import OutboundHTTP
package import Providers

/// Where exchange rates come from: `RATES_PROVIDER`, `RATES_URL`, `RATES_API_KEY`.
package struct RateSettings: Sendable {
    package let kind: RateSourceKind
    /// Its address: its own, or another one.
    package let url: String
    /// Its key, where it wants one.
    package let apiKey: SecretText?

    package init(_ reader: inout SettingsReader) {
        let kinds = RateSourceKind.all
        kind = reader.value(
            "RATES_PROVIDER", default: kinds[0], expected: "one of " + kinds.map(\.name).joined(separator: ", ")
        ) { name in kinds.first { $0.name == name } }
        url = reader.webAddress("RATES_URL") ?? kind.url
        guard let keyName = kind.keyName else {
            apiKey = nil
            return
        }
        apiKey = reader.required(
            "RATES_API_KEY", expected: keyName, advice: "with the sandbox any word will do"
        ) { text in
            text.utf8.count <= 128 && text.utf8.allSatisfy(ASCII.isVisible) ? SecretText(text) : nil
        }
    }

    /// The source that the settings name.
    func source(_ client: OutboundHTTPClient) throws(ProviderSettingError) -> any RateSource {
        try kind.open(client, url, apiKey?.value ?? "")
    }
}
