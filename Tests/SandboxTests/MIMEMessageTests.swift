import Testing

@testable import Sandbox

@Suite("A stored message can be read")
struct MIMEMessageTests {
    @Test("text and HTML of an alternative are read")
    func textAndHTMLOfAnAlternative() {
        let message = MIMEMessage(
            Array(
                """
                Subject: =?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_an_Bj=C3=B6rk?= now\r
                X-Order-ID: 42\r
                Content-Type: multipart/mixed;\r
                 boundary="outer"\r
                \r
                preamble\r
                --outer\r
                Content-Type: multipart/alternative; boundary=inner\r
                \r
                --inner\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                19,99 =E2=82=AC soft=\r
                break\r
                --inner\r
                Content-Type: text/html\r
                Content-Transfer-Encoding: base64\r
                \r
                PGI+\r
                aGk8L2I+\r
                --inner--\r
                --outer--\r

                """.utf8))
        #expect(message.subject == "Grüße an Björk now")
        #expect(message.header("x-order-id") == "42")
        #expect(message.text == "19,99 € softbreak")
        #expect(message.html == "<b>hi</b>")
    }

    @Test("a plain message without a type is read")
    func aPlainMessageWithoutAType() {
        let message = MIMEMessage(Array("Subject: Hi\r\n\r\nBody\r\n".utf8))
        #expect(message.subject == "Hi" && message.text == "Body\r\n" && message.html == nil)
    }

    @Test("broken messages do not break the reader")
    func brokenMessagesDoNotBreakTheReader() {
        for broken in [
            "", "\r\n", "no colon", "Content-Type: multipart/mixed\r\n\r\nx",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b",
            "Subject: =?utf-8?B?%%?=",
        ] {
            _ = (MIMEMessage(Array(broken.utf8)).text, MIMEMessage(Array(broken.utf8)).subject)
        }
        #expect(EncodedWords.decode("=?klingon?Q?x?=") == "=?klingon?Q?x?=")
        #expect(QuotedPrintable.decode(Array("a=ZZ=".utf8)[...]) == Array("a=ZZ=".utf8))
    }

    @Test(
        "bodies are read in their character set",
        arguments: [
            ("Content-Type: text/plain; charset=ISO-8859-1\r\n\r\n", [0xE5, 0x20, 0xE9], "å é"),
            (
                """
                Content-Type: text/plain; charset="iso-8859-1"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n
                """,
                Array("=E5=A4".utf8), "å¤"
            ),
            ("Content-Type: text/plain; charset=ISO-8859-15\r\n\r\n", [0xA4], "€"),
            ("Content-Type: text/plain; charset=windows-1252\r\n\r\n", [0x80, 0xE5], "€å"),
            (
                "Content-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                Array("5Q==".utf8), "å"
            ),
            ("Content-Type: text/plain; charset=utf-8\r\n\r\n", Array("å€".utf8), "å€"), ("\r\n", [0xE5], "å"),
            ("Content-Type: text/plain; charset=klingon\r\n\r\n", Array("å".utf8), "å"),
        ] as [(String, [UInt8], String)])
    func bodiesAreReadInTheirCharacterSet(_ head: String, _ body: [UInt8], _ text: String) {
        #expect(MIMEMessage(Array(head.utf8) + body).text == text)
    }

    @Test(
        "subjects are read in their character set",
        arguments: [
            ("=?ISO-8859-1?Q?Gr=FC=DFe?=", "Grüße"), ("=?iso-8859-1?B?R3L83w==?=", "Grüß"),
            ("=?ISO-8859-15?Q?5_=A4?=", "5 €"),
            ("=?iso-8859-1*en?Q?=E5?=", "å"), ("=?utf-8?Q?=E5?=", "=?utf-8?Q?=E5?="),
            ("=?x-klingon?Q?a?=", "=?x-klingon?Q?a?="),
        ])
    func subjectsAreReadInTheirCharacterSet(_ field: String, _ text: String) {
        #expect(MIMEMessage(Array("Subject: \(field)\r\n\r\n".utf8)).subject == text)
    }

    @Test("a raw Latin-1 header is readable")
    func aRawLatinOneHeaderIsReadable() {
        #expect(MIMEMessage(Array("Subject: Gr".utf8) + [0xFC, 0xDF] + Array("e\r\n\r\n".utf8)).subject == "Grüße")
    }
}
