import Testing

@testable import Sandbox

@Suite("A stored message can be read")
struct MIMEMessageTests {
    @Test func textAndHTMLOfAnAlternative() {
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

    @Test func aPlainMessageWithoutAType() {
        let message = MIMEMessage(Array("Subject: Hi\r\n\r\nBody\r\n".utf8))
        #expect(message.subject == "Hi" && message.text == "Body\r\n" && message.html == nil)
    }

    @Test func brokenMessagesDoNotBreakTheReader() {
        for broken in [
            "", "\r\n", "no colon", "Content-Type: multipart/mixed\r\n\r\nx", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b",
            "Subject: =?utf-8?B?%%?=",
        ] {
            _ = (MIMEMessage(Array(broken.utf8)).text, MIMEMessage(Array(broken.utf8)).subject)
        }
        #expect(EncodedWords.decode("=?latin1?Q?x?=") == "=?latin1?Q?x?=")
        #expect(QuotedPrintable.decode(Array("a=ZZ=".utf8)[...]) == Array("a=ZZ=".utf8))
    }
}
