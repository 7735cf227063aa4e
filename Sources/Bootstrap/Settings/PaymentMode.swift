/// Whether money is real.
package enum PaymentMode: String, CaseIterable, Sendable {
    /// Play money.
    case test
    /// Real money.
    case live

    /// The mode of a secret key of the provider.
    package init(ofKey key: String) {
        self = ["sk_live_", "rk_live_"].contains { key.hasPrefix($0) } ? .live : .test
    }

    /// For messages.
    static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
}
