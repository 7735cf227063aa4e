public import Domain
internal import Foundation
public import FoundationEssentials
internal import Mustache

/// Writes the mail that confirms an order, from the templates `order_confirmation.txt.mustache` and `….html.mustache`.
public struct OrderConfirmationMail: Sendable {
    private let sender: MailSender
    private let shopName: String
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// Reads the templates.
    ///
    /// - Parameter shopName: how the shop calls itself in subject and body.
    /// - Throws: when the name cannot stand in a subject, or the installed templates are missing or broken.
    public init(sender: MailSender, shopName: String = "Cartwright") throws(ProviderSettingError) {
        guard !shopName.isEmpty, HeaderText.isSafe(shopName) else {
            throw ProviderSettingError(setting: "shop name", expected: "a line of text is expected.")
        }
        self.sender = sender
        self.shopName = shopName
        text = try Self.template("order_confirmation.txt")
        html = try Self.template("order_confirmation.html")
    }

    /// The Message-ID of a delivery: the same for every attempt, in every process that has the same sender.
    public func messageID(of delivery: MailDelivery) -> String {
        "<\(delivery.messageIDLocalPart)@\(sender.host)>"
    }

    /// The mail for one delivery.
    ///
    /// - Throws: ``MailRenderingError/noRecipient`` when neither delivery nor order has an address.
    public func render(_ delivery: MailDelivery, order: Order, at date: Date) throws(MailRenderingError) -> MailMessage {
        guard let recipient = delivery.recipient ?? order.email else { throw .noRecipient }
        let facts = OrderFacts(order, shopName: shopName)
        return MailMessage(
            messageID: messageID(of: delivery), recipient: recipient, subject: "Your \(shopName) order \(order.number) is confirmed",
            text: text.render(facts), html: html.render(facts), date: date, orderID: order.id)
    }

    private static func template(_ name: String) throws(ProviderSettingError) -> MustacheTemplate {
        do {
            let path = try Bundle.module.url(forResource: name, withExtension: "mustache", subdirectory: "Templates").orThrow()
            return try MustacheTemplate(string: String(contentsOf: path, encoding: .utf8))
        } catch {
            throw ProviderSettingError(setting: "mail template \(name)", expected: "it is missing or cannot be read: \(error)")
        }
    }
}

extension Optional {
    fileprivate struct Missing: Error {}

    fileprivate func orThrow() throws -> Wrapped {
        guard let self else { throw Missing() }
        return self
    }
}
