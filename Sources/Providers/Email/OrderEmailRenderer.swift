internal import Arithmetic
package import Domain
internal import Foundation
package import FoundationEssentials
internal import Mustache

/// Writes the emails about orders, each in its order's language.
package struct OrderEmailRenderer: Sendable {
    private let sender: EmailSender
    private let shop: ShopIdentity
    private let timeZone: TimeZone
    private let templates: EmailTemplates

    /// Reads the templates.
    ///
    /// - Parameters:
    ///   - shop: how the shop presents itself in subject and body.
    ///   - timeZone: which days and times are written in.
    /// - Throws: when the installed templates are missing or broken.
    package init(sender: EmailSender, shop: ShopIdentity, timeZone: TimeZone = .gmt) throws(ProviderSettingError) {
        self.sender = sender
        self.shop = shop
        self.timeZone = timeZone
        templates = try EmailTemplates()
    }

    /// The Message-ID of a delivery: the same for every attempt, in every process that has the same sender.
    package func messageID(of delivery: EmailDelivery) -> String {
        "<\(delivery.messageIDLocalPart)@\(sender.host)>"
    }

    /// The email for one delivery.
    ///
    /// - Throws: ``EmailRenderingError/noRecipient`` when neither delivery nor order has an address,
    ///   ``EmailRenderingError/noRefund`` when there is no refund that a refund email could be about,
    ///   ``EmailRenderingError/noShipment`` when the order does not have the shipment that it is about.
    package func render(
        _ delivery: EmailDelivery, order: Order, refund: Refund? = nil, at date: Date
    ) throws(EmailRenderingError) -> EmailMessage {
        guard let recipient = delivery.recipient ?? order.email else { throw .noRecipient }
        guard (delivery.kind != .refund && delivery.kind != .refundFailed) || refund != nil else { throw .noRefund }
        let shipment = order.shipments.first { $0.id == delivery.shipmentID }
        guard !delivery.kind.isAboutShipment || shipment != nil else { throw .noShipment }
        let local = LocalText(order.language, timeZone: timeZone)
        let (subject, text, html) = templates.render(
            delivery.kind, in: order.language,
            EmailRecord(order, refund: refund, shipment: shipment, shop: shop, in: local))
        return EmailMessage(
            messageID: messageID(of: delivery), recipient: recipient, subject: subject, text: text, html: html,
            logo: shop.logo,
            date: date,
            orderID: order.id, deliveryID: delivery.id)
    }
}

/// Why an email could not be written.
package enum EmailRenderingError: Error, Sendable, Hashable {
    /// The order's address has been erased.
    case noRecipient
    /// A refund email without its refund.
    case noRefund
    /// An email of goods on their way without their shipment.
    case noShipment
}

extension EmailRenderingError: CustomStringConvertible {
    /// A sentence for operators.
    package var description: String {
        switch self {
        case .noRecipient: "There is no address to send to: it has been erased."
        case .noRefund: "There is no refund that the email could be about."
        case .noShipment: "There is no shipment that the email could be about."
        }
    }
}

/// The templates of all emails, `Templates/<language>/<kind>.txt.mustache` and `….html.mustache`, and the parts they
/// share.
///
/// The first line of a text template is the email's subject, the second is empty.
struct EmailTemplates: Sendable {
    private static let parts = ["items", "address", "foot"]

    private let library: MustacheLibrary

    /// Reads all of them.
    ///
    /// - Throws: when one is missing or broken.
    init() throws(ProviderSettingError) {
        var templates: [String: MustacheTemplate] = [:]
        for language in Language.allCases {
            for name in (EmailKind.allCases.map(\.rawValue) + Self.parts).flatMap({ ["\($0).txt", "\($0).html"] }) + [
                "head.html"
            ] {
                templates["\(language.rawValue)/\(name)"] = try Self.template(name, in: language.rawValue)
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// Subject, text and HTML of an email.
    func render(_ kind: EmailKind, in language: Language, _ facts: EmailRecord) -> (
        subject: String, text: String, html: String
    ) {
        let name = "\(language.rawValue)/\(kind.rawValue)"
        let lines = (library.render(facts, withTemplate: "\(name).txt") ?? "").split(
            separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        return (
            String(lines[0]), lines.count > 2 ? String(lines[2]) : "",
            library.render(facts, withTemplate: "\(name).html") ?? ""
        )
    }

    private static func template(_ name: String, in folder: String) throws(ProviderSettingError) -> MustacheTemplate {
        do {
            guard
                let path = Bundle.module.url(
                    forResource: name, withExtension: "mustache", subdirectory: "Templates/\(folder)")
            else {
                throw CocoaError(.fileNoSuchFile)
            }
            return try MustacheTemplate(string: String(contentsOf: path, encoding: .utf8))
        } catch {
            throw ProviderSettingError(
                setting: "email template \(folder)/\(name)", expected: "it is missing or cannot be read: \(error)")
        }
    }
}

/// What the templates of order emails may name. Everything is text already, in the order's language; the template only
/// places it. What is `nil` does not apply, and templates leave it out.
struct EmailRecord {
    struct Item {
        let name: String
        let sku: String
        let quantity: Int
        let unitPrice: String
        let total: String
    }

    struct ShippedItem {
        let name: String
        let sku: String
        let quantity: Int
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
    /// Whether the order was canceled on request.
    let isCanceled: Bool
    /// Whether there was nothing to pay.
    let isFree: Bool
    /// Whether what was paid is refunded.
    let isPaid: Bool
    /// Whether something was to be paid and was not.
    let isUnpaid: Bool
    let refund: String?
    let refundedOn: String?
    /// All that went back so far, where that is more than this refund.
    let refundedInAll: String?
    /// What is on its way; without a shipment nothing.
    let shippedItems: [ShippedItem]
    let shippedOn: String?
    let deliveredOn: String?
    /// Whether the shipment holds a part of the order only.
    let isPart: Bool
    /// Whether something of the order is still to be shipped.
    let isIncomplete: Bool
    let hasTracking: Bool
    let carrier: String?
    let trackingNumber: String?
    let trackingURL: String?

    init(_ order: Order, refund: Refund?, shipment: Shipment?, shop: ShopIdentity, in text: LocalText) {
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
        isCanceled = !isExpired && !isRefused
        isFree = order.isFree
        isPaid = order.payment.map { [.captured, .partiallyRefunded, .refunded].contains($0.status) } ?? false
        isUnpaid = !isPaid && !isFree
        self.refund = refund.map { text.amount($0.amount) }
        refundedOn = refund?.settledAt.map(text.day)
        refundedInAll = refund.flatMap { order.refunded.amount > $0.amount.amount ? text.amount(order.refunded) : nil }
        shippedItems = (shipment?.items ?? []).map { item in
            ShippedItem(
                name: order.items.first { $0.productID == item.productID }?.name ?? item.sku.rawValue,
                sku: item.sku.rawValue, quantity: item.quantity)
        }
        shippedOn = (shipment?.shippedAt).map(text.day)
        deliveredOn = shipment?.deliveredAt.map(text.day)
        let bought = order.items.reduce(0) { $0 + $1.quantity.rawValue }
        isPart = (shipment?.items ?? []).reduce(0) { $0 + $1.quantity } < bought
        isIncomplete = order.fulfillment == .partiallyFulfilled
        (carrier, trackingNumber) = (shipment?.tracking.carrier, shipment?.tracking.number)
        trackingURL = shipment?.tracking.url
        hasTracking = carrier != nil || trackingNumber != nil || trackingURL != nil
    }
}

/// Amounts, days and moments as readers of a language write them: `$1,234.50` and `1.234,50 €`, `24. November 2026`.
struct LocalText {
    private let locale: Locale
    private let timeZone: TimeZone

    init(_ language: Language, timeZone: TimeZone) {
        locale = Locale(identifier: language.rawValue)
        self.timeZone = timeZone
    }

    /// An amount with the decimals of ISO 4217, which differ from what is customary in some currencies.
    func amount(_ money: Money) -> String {
        let exponent = money.currency.exponent
        let value = Decimal(
            sign: money.amount < 0 ? .minus : .plus, exponent: -exponent, significand: Decimal(money.amount.magnitude))
        return value.formatted(
            Decimal.FormatStyle.Currency(code: money.currency.code, locale: locale).precision(.fractionLength(exponent))
        )
    }

    /// A country by its two letters; nil for letters that name none.
    func country(_ code: String) -> String? {
        guard Country(rawValue: code) != nil else { return nil }
        return locale.localizedString(forRegionCode: code)
    }

    /// A day, in the shop's time zone.
    func day(_ date: Date) -> String {
        date.formatted(Date.FormatStyle(date: .long, time: .omitted, locale: locale, timeZone: timeZone))
    }

    /// A day and a time, in the shop's time zone, which is named.
    func moment(_ date: Date) -> String {
        date.formatted(Date.FormatStyle(date: .long, time: .shortened, locale: locale, timeZone: timeZone).timeZone())
    }
}
