public import Domain
internal import Foundation
public import FoundationEssentials

/// Writes the mails about orders, each in its order's language.
public struct OrderMailRenderer: Sendable {
    private let sender: MailSender
    private let shopName: String
    private let timeZone: TimeZone
    private let templates: MailTemplates

    /// Reads the templates.
    ///
    /// - Parameters:
    ///   - shopName: how the shop calls itself in subject and body.
    ///   - timeZone: which days and times are written in.
    /// - Throws: when the name cannot stand in a subject, or the installed templates are missing or broken.
    public init(sender: MailSender, shopName: String = "Cartwright", timeZone: TimeZone = .gmt) throws(ProviderSettingError) {
        guard !shopName.isEmpty, HeaderText.isSafe(shopName) else {
            throw ProviderSettingError(setting: "shop name", expected: "a line of text is expected.")
        }
        self.sender = sender
        self.shopName = shopName
        self.timeZone = timeZone
        templates = try MailTemplates()
    }

    /// The Message-ID of a delivery: the same for every attempt, in every process that has the same sender.
    public func messageID(of delivery: MailDelivery) -> String {
        "<\(delivery.messageIDLocalPart)@\(sender.host)>"
    }

    /// The mail for one delivery.
    ///
    /// - Throws: ``MailRenderingError/noRecipient`` when neither delivery nor order has an address, ``MailRenderingError/noRefund`` when there is no refund
    ///   that a refund mail could be about.
    public func render(
        _ delivery: MailDelivery, order: Order, refund: Refund? = nil, at date: Date
    ) throws(MailRenderingError) -> MailMessage {
        guard let recipient = delivery.recipient ?? order.email else { throw .noRecipient }
        guard (delivery.kind != .refund && delivery.kind != .refundFailed) || refund != nil else { throw .noRefund }
        let local = LocalText(order.language, timeZone: timeZone)
        let (subject, text, html) = templates.render(
            delivery.kind, in: order.language, MailFacts(order, refund: refund, shopName: shopName, in: local))
        return MailMessage(
            messageID: messageID(of: delivery), recipient: recipient, subject: subject, text: text, html: html, date: date,
            orderID: order.id, deliveryID: delivery.id)
    }
}
