package import Domain
internal import Foundation
package import FoundationEssentials

/// Writes the mails about orders, each in its order's language.
package struct OrderMailRenderer: Sendable {
    private let sender: MailSender
    private let shop: ShopIdentity
    private let timeZone: TimeZone
    private let templates: MailTemplates

    /// Reads the templates.
    ///
    /// - Parameters:
    ///   - shop: how the shop presents itself in subject and body.
    ///   - timeZone: which days and times are written in.
    /// - Throws: when the installed templates are missing or broken.
    package init(sender: MailSender, shop: ShopIdentity, timeZone: TimeZone = .gmt) throws(ProviderSettingError) {
        self.sender = sender
        self.shop = shop
        self.timeZone = timeZone
        templates = try MailTemplates()
    }

    /// The Message-ID of a delivery: the same for every attempt, in every process that has the same sender.
    package func messageID(of delivery: MailDelivery) -> String {
        "<\(delivery.messageIDLocalPart)@\(sender.host)>"
    }

    /// The mail for one delivery.
    ///
    /// - Throws: ``MailRenderingError/noRecipient`` when neither delivery nor order has an address,
    ///   ``MailRenderingError/noRefund`` when there is no refund that a refund mail could be about.
    package func render(
        _ delivery: MailDelivery, order: Order, refund: Refund? = nil, at date: Date
    ) throws(MailRenderingError) -> MailMessage {
        guard let recipient = delivery.recipient ?? order.email else { throw .noRecipient }
        guard (delivery.kind != .refund && delivery.kind != .refundFailed) || refund != nil else { throw .noRefund }
        let local = LocalText(order.language, timeZone: timeZone)
        let (subject, text, html) = templates.render(
            delivery.kind, in: order.language, MailFacts(order, refund: refund, shop: shop, in: local))
        return MailMessage(
            messageID: messageID(of: delivery), recipient: recipient, subject: subject, text: text, html: html,
            logo: shop.logo,
            date: date,
            orderID: order.id, deliveryID: delivery.id)
    }
}
