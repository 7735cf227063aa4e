/// Why amounts of money could not be combined.
package enum MoneyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The two amounts are in different currencies.
    case currencyMismatch
    /// The result does not fit into 64 bits of minor units.
    case overflow
    /// There is nothing to split the amount over.
    case unsplittable

    /// A stable code for programs.
    package var code: String {
        switch self {
        case .currencyMismatch: "currency_mismatch"
        case .overflow: "amount_overflow"
        case .unsplittable: "amount_unsplittable"
        }
    }

    /// A sentence for people.
    package var description: String {
        switch self {
        case .currencyMismatch: "Amounts in different currencies cannot be combined."
        case .overflow: "The amount is larger than can be charged."
        case .unsplittable: "There is nothing to split the amount over."
        }
    }
}
