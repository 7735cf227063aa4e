import Bootstrap
import Domain
import Foundation
import Providers
import Testing

@Suite("Settings of payments and rates are checked before anything starts")
struct PaymentSettingsTests {
    private static let api = GoodSettings.api
    private static let worker = GoodSettings.worker

    @Test("the payment provider is one that the program knows, or it does not start")
    func paymentProvider() throws {
        let known = PaymentProviders.all.map(\.name).joined(separator: ", ")
        let problem = "PAYMENTS_PROVIDER: names no payment provider that this program knows; expected one of \(known)."
        #expect(GoodSettings.complaint(["PAYMENTS_PROVIDER": "stripe"]) == nil)
        for name in ["Stripe", "acme", " "] {
            // Once, whatever depends on it.
            let said = GoodSettings.complaint([
                "PAYMENTS_PROVIDER": name, "PAYMENTS_WEBHOOK_SECRETS": "whsec_0123456789", "PAYMENTS_MODE": "test",
            ])
            #expect(said?.components(separatedBy: problem).count == 2, "\(said ?? "nothing")")
        }
        var reader = SettingsReader(values: ["PAYMENTS_PROVIDER": "acme"])
        let chosen = PaymentProviders.chosen(&reader, among: PaymentProviders.all + [Acme()])
        #expect(chosen.name == "acme" && reader.problems.isEmpty)
    }

    /// Another provider, of which only the name matters here.
    private struct Acme: PaymentProviderModule {
        private let other = PaymentProviders.all[0]
        var name: String { "acme" }
        var baseURL: String { other.baseURL }
        var keyForm: String { other.keyForm }
        var keyAdvice: String? { other.keyAdvice }
        var webhookSecretForm: String { other.webhookSecretForm }
        var charges: ChargeLimits { .none }

        func mode(ofKey key: String) -> PaymentMode? { other.mode(ofKey: key) }

        func provider(_ access: PaymentProviderAccess) throws(ProviderSettingError) -> any PaymentProvider {
            try other.provider(access)
        }

        func webhookReader(secrets: [String]) -> any PaymentWebhookReader { other.webhookReader(secrets: secrets) }
    }

    @Test("webhooks are taken where their secrets and the mode are set")
    func webhooks() throws {
        func settings(_ changes: [String: String]) throws -> APISettings {
            try APISettings(checking: SettingsReader(values: Self.api.merging(changes) { $1 }))
        }
        #expect(try settings([:]).webhooks.payments == nil)
        #expect(try settings(["PAYMENTS_MODE": "live"]).webhooks.payments == nil)
        let set = try settings(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2,whsec_hunter3", "PAYMENTS_MODE": "test"])
        #expect(set.webhooks.payments?.secrets.map(\.value) == ["whsec_hunter2", "whsec_hunter3"])
        #expect(set.webhooks.payments?.mode == .test)
        #expect(!"\(set)".contains("hunter"))
        #expect(
            GoodSettings.complaint(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2"])?.contains(
                "  PAYMENTS_MODE: is not set") == true)
        #expect(
            GoodSettings.complaint(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2", "PAYMENTS_MODE": "real"])?.contains(
                "  PAYMENTS_MODE: ") == true)
        for wrong in ["short", "whsec_hunter2,", ",whsec_hunter2", "whsec hunter2", "whsec_hunter2,x"] {
            let text = GoodSettings.complaint(["PAYMENTS_WEBHOOK_SECRETS": wrong, "PAYMENTS_MODE": "test"])
            #expect(
                text?.contains("  PAYMENTS_WEBHOOK_SECRETS: ") == true && text?.contains("hunter") == false, "\(wrong)")
        }
        // What anybody can guess must not let anybody confirm orders that cost real money.
        let sandbox = ["PAYMENTS_WEBHOOK_SECRETS": "whsec_sandbox"]
        #expect(GoodSettings.complaint(sandbox.merging(["PAYMENTS_MODE": "test"]) { $1 }) == nil)
        #expect(
            GoodSettings.complaint(sandbox.merging(["PAYMENTS_MODE": "live"]) { $1 })?.contains("24 characters") == true
        )
    }

    @Test(
        "a worker's key is of the mode that it is told",
        arguments: ["sk_test_0123456789", "rk_test_0123456789", "sk_live_0123456789", "rk_live_0123456789"])
    func mode(key: String) throws {
        for mode in ["test", "live", ""] {
            let values = Self.worker.merging(["PAYMENTS_API_KEY": key, "PAYMENTS_MODE": mode]) { $1 }
            if mode.isEmpty || key.contains(mode) {
                _ = try WorkerProcessSettings(checking: SettingsReader(values: values))
            } else {
                let error = #expect(throws: StartupError.self) {
                    try WorkerProcessSettings(checking: SettingsReader(values: values))
                }
                #expect(error?.message.contains("  PAYMENTS_MODE: is \(mode)") == true)
            }
        }
    }

    @Test("a source that wants a key must get one, and shows it to nobody")
    func ratesKey() throws {
        func settings(_ changes: [String: String]) throws -> WorkerProcessSettings {
            try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging(changes) { $1 }))
        }
        let error = #expect(throws: StartupError.self) { try settings(["RATES_PROVIDER": "openexchangerates"]) }
        #expect(error?.message.contains("  RATES_API_KEY: is not set") == true)
        let wrong = #expect(throws: StartupError.self) {
            try settings(["RATES_PROVIDER": "openexchangerates", "RATES_API_KEY": "hunter 2"])
        }
        #expect(wrong?.message.contains("  RATES_API_KEY: ") == true && wrong?.message.contains("hunter") == false)
        let right = try settings(["RATES_PROVIDER": "openexchangerates", "RATES_API_KEY": "hunter2"])
        #expect(right.rates.apiKey?.value == "hunter2")
        #expect(!"\(right)".contains("hunter2"))
        #expect(try settings(["RATES_PROVIDER": "frankfurter-v2", "RATES_API_KEY": "hunter2"]).rates.apiKey == nil)
    }
}
