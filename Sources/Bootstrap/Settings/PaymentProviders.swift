import Domain
package import Providers
import Stripe

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
