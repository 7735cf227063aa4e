package import Domain

/// Why a store refused, with a code for programs and a sentence for people. Failures of the database itself come as
/// `PostgresError`.
package enum StorageError: Error, Hashable, Sendable {
    /// There is an account with this email address.
    case emailTaken
    /// An order is being paid from the cart; it cannot be edited until that is over.
    case cartLocked
    /// The cart holds as many different products as it may.
    case cartFull
    /// There is no such product, or it is not for sale.
    case unknownProduct([Product.ID])
    /// Something is not sold in this currency, or its rates are too old to sell by.
    case currencyUnavailable(Currency)
    /// A sum is larger than can be charged.
    case amountTooLarge
    /// The idempotency key was used with another request before.
    case idempotencyKeyReused
    /// The cursor was not given out with a part of this list.
    case invalidCursor
    /// A price is between two that can be charged in its currency, which are this far apart.
    case priceNotChargeable(SKU, Money, step: Money)
    /// There is no such thing of this kind, or it belongs to another customer.
    case notFound(String)
    /// A row was sent to a state that its own may not lead to. It is a bug, and nothing was done.
    case forbiddenTransition(String)
    /// A stored value breaks a rule of the shop. It is a bug or a damaged row, never the caller's fault.
    case corrupt(String)

    /// A stable code in snake case.
    package var code: String {
        switch self {
        case .emailTaken: "email_taken"
        case .cartLocked: "cart_locked"
        case .cartFull: "cart_full"
        case .unknownProduct: "unknown_product"
        case .currencyUnavailable: "currency_unavailable"
        case .amountTooLarge: "amount_too_large"
        case .idempotencyKeyReused: "idempotency_key_reused"
        case .invalidCursor: "invalid_cursor"
        case .priceNotChargeable: "price_not_chargeable"
        case .notFound: "not_found"
        case .forbiddenTransition: "forbidden_transition"
        case .corrupt: "stored_value_invalid"
        }
    }
}

extension StorageError: CustomStringConvertible {
    /// A sentence for people, without personal data.
    package var description: String {
        switch self {
        case .emailTaken: "There is already an account with this email address."
        case .cartLocked: "An order from this cart is being paid; the cart can be edited once that is over."
        case .cartFull: "The cart holds as many different products as it can."
        case .unknownProduct(let ids): "Not for sale: \(ids.map(\.description).joined(separator: ", "))."
        case .currencyUnavailable(let currency): "Prices in \(currency) cannot be given at the moment."
        case .amountTooLarge: "The amount is larger than can be charged."
        case .idempotencyKeyReused: "This key was used with another request."
        case .invalidCursor: "The cursor was not given out with a part of this list. Begin without one."
        case .priceNotChargeable(let sku, let price, let step):
            "The price of \(sku), \(price), cannot be charged: cards are charged in steps of \(step)."
        case .notFound(let kind): "There is no such \(kind)."
        case .forbiddenTransition(let what): "A change was refused that the rules do not list: \(what)."
        case .corrupt(let what): "A stored value breaks a rule: \(what)."
        }
    }
}
