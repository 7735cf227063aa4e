public import FoundationEssentials

/// One mail to one person, with a text and an HTML part.
public struct MailMessage: Sendable, Hashable {
    /// The message's own name, with angle brackets: `<019…@shop.example>`. Stable over every try to send it, so that a provider or a mailbox can
    /// see that two copies are one message.
    public let messageID: String
    /// Whom it goes to.
    public let recipient: EmailAddress
    /// The subject line, in plain text.
    public let subject: String
    /// The body for readers without HTML.
    public let text: String
    /// The body for readers with HTML.
    public let html: String
    /// The time in the `Date` header.
    public let date: Date
    /// The order it is about, written into a header of its own for whoever looks into a mailbox or a provider's log.
    public let orderID: Order.ID?
    /// The delivery it is, handed to providers that name it in what they tell of the mail.
    public let deliveryID: MailDelivery.ID?

    /// Puts a mail together. Nothing is checked here; the transport refuses what could forge headers.
    public init(
        messageID: String, recipient: EmailAddress, subject: String, text: String, html: String, date: Date, orderID: Order.ID? = nil,
        deliveryID: MailDelivery.ID? = nil
    ) {
        self.messageID = messageID
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.date = date
        self.orderID = orderID
        self.deliveryID = deliveryID
    }
}
