@testable import Sandbox

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

extension RunningSandbox {
    /// Delivers a message in one packet and returns the codes from the recipient's on; `250` alone when all went well.
    ///
    /// An empty text means that the connection closed after the dot without a word.
    func deliver(_ mail: Emails.Dialogue) async throws -> String {
        let text =
            """
            EHLO test\r\nMAIL FROM:<shop@example.org>\r\nRCPT TO:<\(mail.recipient)>\r\nDATA\r\n\(mail.content).\r\n\
            QUIT\r\n
            """
        let answer = try await Wire.exchange(text, port: urls.smtpPort)
        let codes = answer.split(separator: "\r\n").filter { $0.dropFirst(3).first == " " }.map { String($0.prefix(3)) }
        // Handshake, EHLO, MAIL, RCPT and DATA come before what is asked for.
        if codes.count > 3, codes[3] != "250" { return codes[3] }
        return codes.dropFirst(5).first.map { String($0) } ?? ""
    }

    func mailCount(_ query: String) async throws -> Int { try await get("/_sandbox/mail?" + query).objects.count }

    func wasAccepted(_ id: String) async throws -> Bool? {
        try await get("/mail/activity?message_id=" + id).object["accepted"] as? Bool
    }
}
