package import Domain
package import Providers
package import Resilience
import Stripe

/// How payments are taken: `PAYMENTS_PROVIDER`, `PAYMENTS_API_KEY`, `PAYMENTS_API_BASE`, `PAYMENTS_CAPTURE`,
/// `PAYMENTS_CAPTURE_DAYS`, `PAYMENTS_ON_AUTHORIZATION_EXPIRY`, `PAYMENTS_MODE`, `PAYMENTS_RATE`,
/// `PAYMENTS_RATE_TOTAL`, `PAYMENTS_BURST`.
package struct PaymentSettings: Sendable {
    /// Who moves the money.
    package let provider: any PaymentProviderModule
    /// The provider's secret key.
    package let apiKey: SecretText
    /// The provider's address; a sandbox has another one.
    package let baseURL: String
    /// Whether a confirmed payment is captured at once or only authorized.
    package let capture: PaymentIntentRequest.CaptureMethod
    /// How long the provider keeps an authorization, in days.
    package let captureDays: Int
    /// What happens a day before an authorization expires that no operator has captured.
    package let onAuthorizationExpiry: ExpiryAction
    /// How often the provider is called, by all workers together.
    package let limits: CallLimits

    /// What happens to an authorization that is about to expire.
    package enum ExpiryAction: String, CaseIterable, Sendable {
        /// Operators are told.
        case alert
        /// A worker captures it.
        case capture
    }

    package init?(_ reader: inout SettingsReader) {
        let module = PaymentProviders.chosen(&reader)
        baseURL = reader.webAddress("PAYMENTS_API_BASE") ?? module.baseURL
        capture = reader.choice("PAYMENTS_CAPTURE", default: .automatic)
        captureDays = reader.integer("PAYMENTS_CAPTURE_DAYS", default: 7, in: 2...90)
        onAuthorizationExpiry = reader.choice("PAYMENTS_ON_AUTHORIZATION_EXPIRY", default: .alert)
        let rate = reader.integer("PAYMENTS_RATE", default: CallLimits().perEndpoint, in: 1...100_000)
        limits = CallLimits(
            perEndpoint: rate, total: reader.integer("PAYMENTS_RATE_TOTAL", default: rate * 4, in: 1...400_000),
            burst: reader.integer("PAYMENTS_BURST", default: max(1, rate / 5), in: 1...100_000))
        let key = reader.required("PAYMENTS_API_KEY", expected: module.keyForm, advice: module.keyAdvice) { text in
            text.utf8.allSatisfy(ASCII.isVisible) ? module.mode(ofKey: text).map { (text: text, mode: $0) } : nil
        }
        // What listens to the provider is told the mode; said here too, the two cannot differ unnoticed.
        let expected: PaymentMode? = reader.value("PAYMENTS_MODE", default: nil, expected: PaymentMode.expectation) {
            PaymentMode(rawValue: $0)
        }
        guard let key else { return nil }
        if let expected, expected != key.mode {
            reader.note(
                SettingProblem(
                    name: "PAYMENTS_MODE",
                    wrong: "is \(expected.rawValue), and PAYMENTS_API_KEY is a key of the other mode",
                    expected: "both of the same mode"))
        }
        apiKey = SecretText(key.text)
        provider = module
    }
}

/// The payment providers that the programs know. A provider is added to this list; everything else about it stands in
/// its own module.
package enum PaymentProviders {
    /// All of them. The first is taken unless `PAYMENTS_PROVIDER` names another.
    package static let all: [any PaymentProviderModule] = [StripeModule()]

    /// The module of a name, `nil` when there is none.
    package static func named(_ name: String) -> (any PaymentProviderModule)? { all.first { $0.name == name } }

    /// Reads `PAYMENTS_PROVIDER`. Several settings depend on it: a wrong one is noted once.
    ///
    /// - Parameter modules: what may be chosen, never empty.
    package static func chosen(
        _ reader: inout SettingsReader, among modules: [any PaymentProviderModule] = all
    ) -> any PaymentProviderModule {
        let setting = "PAYMENTS_PROVIDER"
        guard let name = reader.optional(setting) else { return modules[0] }
        if let module = modules.first(where: { $0.name == name }) { return module }
        let problem = SettingProblem(
            name: setting, wrong: "names no payment provider that this program knows",
            expected: "one of " + modules.map(\.name).joined(separator: ", "))
        if !reader.problems.contains(problem) { reader.note(problem) }
        return modules[0]
    }
}

extension PaymentMode {
    /// For messages.
    static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
}
