internal import Arithmetic
internal import Domain

/// What the templates of order mails may name. Everything is text already, in the order's language; the template only
/// places it. What is `nil` does not apply, and templates leave it out.
struct EmailRecord {
    struct Item {
        let name: String
        let sku: String
        let quantity: Int
        let unitPrice: String
        let total: String
    }

    struct Contact {
        let text: String
        let link: String
    }

    let shopName: String
    let shopAddress: [String]
    let shopContacts: [Contact]
    /// What the shop's picture is called, where it has one.
    let logo: String?
    let number: Int64
    let placedOn: String
    let items: [Item]
    let subtotal: String
    let discount: String?
    let shipping: String?
    let tax: String?
    let total: String
    let hasAddress: Bool
    /// Empty after erasure.
    let addressLines: [String]
    /// Until when another card can be tried.
    let payUntil: String?
    /// Whether the order ended because it was not paid in time.
    let isExpired: Bool
    /// Whether the order ended because the payment provider refuses its payment.
    let isRefused: Bool
    /// Whether somebody called it off.
    let isCalledOff: Bool
    /// Whether there was nothing to pay.
    let isFree: Bool
    /// Whether what was paid goes back.
    let isPaid: Bool
    /// Whether something was to be paid and was not.
    let isUnpaid: Bool
    let refund: String?
    let refundedOn: String?
    /// All that went back so far, where that is more than this refund.
    let refundedInAll: String?

    init(_ order: Order, refund: Refund?, shop: ShopIdentity, in text: LocalText) {
        shopName = shop.name
        shopAddress = shop.address
        shopContacts = shop.contacts.map { Contact(text: $0.text, link: $0.link) }
        logo = shop.logo.map { _ in EmailImage.contentID }
        number = order.number
        placedOn = text.day(order.createdAt)
        items = order.items.map {
            Item(
                name: $0.name, sku: $0.sku.rawValue, quantity: $0.quantity.rawValue,
                unitPrice: text.amount($0.unitPrice),
                total: text.amount($0.total))
        }
        func unlessZero(_ money: Money) -> String? { money.amount == 0 ? nil : text.amount(money) }
        subtotal = text.amount(order.totals.subtotal)
        discount = unlessZero(Money(Int64(0).saturatingSubtract(order.totals.discount.amount), order.currency))
        shipping = unlessZero(order.totals.shipping)
        tax = unlessZero(order.totals.tax)
        total = text.amount(order.totals.total)
        addressLines = order.shippingAddress.map { PostalAddress.lines($0, country: text.country($0.country)) } ?? []
        hasAddress = !addressLines.isEmpty
        payUntil = order.reservedUntil.map(text.moment)
        isExpired = order.status == .expired
        isRefused = order.status == .rejected
        isCalledOff = !isExpired && !isRefused
        isFree = order.isFree
        isPaid = order.payment.map { [.captured, .partiallyRefunded, .refunded].contains($0.status) } ?? false
        isUnpaid = !isPaid && !isFree
        self.refund = refund.map { text.amount($0.amount) }
        refundedOn = refund?.settledAt.map(text.day)
        refundedInAll = refund.flatMap { order.refunded.amount > $0.amount.amount ? text.amount(order.refunded) : nil }
    }
}
