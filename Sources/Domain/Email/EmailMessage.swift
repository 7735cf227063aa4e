package import FoundationEssentials

/// One email to one person, with a text and an HTML part.
package struct EmailMessage: Sendable, Hashable {
    /// The message's own name, with angle brackets: `<019…@shop.example>`. Stable over every try to send it, so that a
    /// provider or a mailbox can see that two copies are one message.
    package let messageID: String
    /// Whom it goes to.
    package let recipient: EmailAddress
    /// The subject line, in plain text.
    package let subject: String
    /// The body for readers without HTML.
    package let text: String
    /// The body for readers with HTML.
    package let html: String
    /// The picture that the HTML names as `cid:` and ``EmailImage/contentID``.
    package let logo: EmailImage?
    /// The time in the `Date` header.
    package let date: Date
    /// The order it is about, written into a header of its own for an operator who looks into a provider's log.
    package let orderID: Order.ID?
    /// The delivery it is, handed to providers that name it in their events about the email.
    package let deliveryID: EmailDelivery.ID?

    /// Puts an email together. Nothing is checked here; the transport refuses what could forge headers.
    package init(
        messageID: String, recipient: EmailAddress, subject: String, text: String, html: String,
        logo: EmailImage? = nil,
        date: Date,
        orderID: Order.ID? = nil, deliveryID: EmailDelivery.ID? = nil
    ) {
        self.messageID = messageID
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.logo = logo
        self.date = date
        self.orderID = orderID
        self.deliveryID = deliveryID
    }
}

/// A picture that travels within an email, so that reading it asks no server.
package struct EmailImage: Sendable, Hashable {
    /// What the HTML calls it.
    package static let contentID = "shop-logo"
    /// The largest that is taken, in bytes: it goes out with every email.
    package static let maximumBytes = 100 << 10

    package let bytes: [UInt8]
    /// `image/png`, `image/jpeg` or `image/gif`.
    package let type: String

    /// Tells the type by the content; nil for anything but a PNG, JPEG or GIF of 1 byte to ``maximumBytes``.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.maximumBytes else { return nil }
        let beginnings: [(String, [UInt8])] = [
            ("image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("image/jpeg", [0xFF, 0xD8, 0xFF]),
            ("image/gif", Array("GIF87a".utf8)), ("image/gif", Array("GIF89a".utf8)),
        ]
        guard let type = beginnings.first(where: { bytes.starts(with: $0.1) })?.0 else { return nil }
        self.bytes = bytes
        self.type = type
    }

    /// A name for the file, such as `logo.png`.
    package var filename: String { "logo." + (type.split(separator: "/").last ?? "bin") }
}

/// Hands one email to a server that takes responsibility for delivering it.
package protocol EmailTransport: Sendable {
    /// Returns once the server has accepted the message.
    ///
    /// - Throws: ``EmailFailure/notSent(reason:fault:)`` when it surely did not,
    ///   ``EmailFailure/outcomeUnknown(reason:)`` when that cannot be told: sending again could then deliver the email
    ///   twice.
    func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt
}
