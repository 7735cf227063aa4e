/// Messages for the sink.
enum Emails {
    /// An SMTP dialogue, pipelined, that delivers one message.
    struct Dialogue: Sendable {
        let recipient: String
        /// With CRLF line ends, dots stuffed, without the final dot.
        let content: String
    }

    static func simple(id: String, to recipient: String, order: String? = nil, subject: String = "Your order")
        -> Dialogue
    {
        let orderHeader = order.map { "X-Order-ID: \($0)\r\n" } ?? ""
        return Dialogue(
            recipient: recipient,
            content:
                """
                From: shop@example.org\r\nMessage-ID: <\(id)>\r\n\(orderHeader)Subject: \(subject)\r\n\r\n\
                Hello \(recipient)\r\n
                """
        )
    }
}
