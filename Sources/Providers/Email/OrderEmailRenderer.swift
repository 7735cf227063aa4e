package import Domain
internal import Foundation
package import FoundationEssentials

/// Writes the mails about orders, each in its order's language.
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

    /// The mail for one delivery.
    ///
    /// - Throws: ``EmailRenderingError/noRecipient`` when neither delivery nor order has an address,
    ///   ``EmailRenderingError/noRefund`` when there is no refund that a refund mail could be about.
    package func render(
        _ delivery: EmailDelivery, order: Order, refund: Refund? = nil, at date: Date
    ) throws(EmailRenderingError) -> EmailMessage {
        guard let recipient = delivery.recipient ?? order.email else { throw .noRecipient }
        guard (delivery.kind != .refund && delivery.kind != .refundFailed) || refund != nil else { throw .noRefund }
        let local = LocalText(order.language, timeZone: timeZone)
        let (subject, text, html) = templates.render(
            delivery.kind, in: order.language, EmailRecord(order, refund: refund, shop: shop, in: local))
        return EmailMessage(
            messageID: messageID(of: delivery), recipient: recipient, subject: subject, text: text, html: html,
            logo: shop.logo,
            date: date,
            orderID: order.id, deliveryID: delivery.id)
    }
}
