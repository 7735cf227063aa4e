/// Whose a payment at the provider is: several shops, and other programs, may share one account. One rule for events
/// and for the comparison of books.
///
/// A payment is this shop's when it is stored here, or carries this shop's identity (see ``Reconciliation/shop``), or
/// names an order that is here.
package enum PaymentOwner: Hashable, Sendable {
    /// This shop's.
    case thisShop
    /// Another shop's: it says so. That one looks after its own.
    case anotherShop
    /// Nothing proves it this shop's. Events of it are taken and change nothing; where money moved, the comparison of
    /// books shows it once.
    case unproven

    /// Judges by what the payment says and what is stored.
    ///
    /// - Parameters:
    ///   - named: the shop that the payment names, if any.
    ///   - shop: this shop.
    ///   - isStored: whether the payment is stored here.
    ///   - isNamed: whether the order that it names is here.
    package init(of named: String?, in shop: String, isStored: Bool, isNamed: Bool) {
        if isStored || named == shop {
            self = .thisShop
        } else if named != nil {
            self = .anotherShop
        } else {
            self = isNamed ? .thisShop : .unproven
        }
    }
}
