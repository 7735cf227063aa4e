import Domain
import OutboundHTTP
import Providers

extension RateSettings {
    /// The source that the settings name.
    func source(_ client: OutboundHTTPClient) throws(ProviderSettingError) -> any RateSource {
        let key = apiKey?.value ?? ""
        return switch (provider, url) {
        case (.ecb, let url?): try ECBRates(client: client, url: url)
        case (.ecb, nil): try ECBRates(client: client)
        case (.frankfurter, let url?): try FrankfurterRates(client: client, url: url)
        case (.frankfurter, nil): try FrankfurterRates(client: client)
        case (.frankfurterV2, let url?): try FrankfurterV2Rates(client: client, url: url)
        case (.frankfurterV2, nil): try FrankfurterV2Rates(client: client)
        case (.openExchangeRates, let url?): try OpenExchangeRates(client: client, key: key, url: url)
        case (.openExchangeRates, nil): try OpenExchangeRates(client: client, key: key)
        }
    }
}
