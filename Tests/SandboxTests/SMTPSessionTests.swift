import NIOCore
import Testing

@testable import Sandbox

@Suite("The SMTP sink takes exactly what was sent")
struct SMTPSessionTests {
    /// Codes of the answers to some lines; recipients are accepted, messages collected.
    private func talk(
        _ lines: [String], credentials: SMTPCredentials? = nil, offers: SMTPOffers = SMTPOffers()
    ) -> (codes: [Int], messages: [SMTPEnvelope]) {
        var session = SMTPSession(credentials: credentials, offers: offers)
        var codes: [Int] = []
        var messages: [SMTPEnvelope] = []
        for line in lines {
            switch session.receive(Array(line.utf8)) {
            case .nothing: break
            case .reply(let reply), .close(let reply): codes.append(reply.code)
            case .encrypt(let reply):
                codes.append(reply.code)
                session.encrypted()
            case .sender(let address): codes.append(session.sender(address, refusal: nil).code)
            case .recipient(let address): codes.append(session.recipient(address, refusal: nil).code)
            case .message(let envelope):
                messages.append(envelope)
                codes.append(250)
            }
        }
        return (codes, messages)
    }

    @Test("a whole dialogue is in order")
    func aWholeDialogue() {
        let (codes, messages) = talk([
            "EHLO me", "MAIL FROM:<a@x> SIZE=10 BODY=8BITMIME", "RCPT TO:<b@x>", "rcpt to:<c@x>", "DATA", "Subject: x",
            "", "..dot", "..",
            ".", "QUIT",
        ])
        #expect(codes == [250, 250, 250, 250, 354, 250, 221])
        #expect(
            messages == [
                SMTPEnvelope(
                    from: "a@x", recipients: ["b@x", "c@x"], content: Array("Subject: x\r\n\r\n.dot\r\n.\r\n".utf8))
            ])
    }

    @Test("one connection carries several messages")
    func oneConnectionCarriesSeveralMessages() {
        let one = ["MAIL FROM:<>", "RCPT TO:<b@x>", "DATA", "hi", "."]
        #expect(talk(["EHLO me"] + one + one).messages.count == 2)
    }

    @Test("commands out of order are refused")
    func commandsOutOfOrderAreRefused() {
        #expect(talk(["MAIL FROM:<a@x>"]).codes == [503])
        #expect(talk(["EHLO me", "RCPT TO:<b@x>"]).codes == [250, 503])
        #expect(talk(["EHLO me", "DATA"]).codes == [250, 503])
        #expect(talk(["EHLO me", "MAIL FROM:<a@x>", "DATA"]).codes == [250, 250, 554])
        #expect(talk(["EHLO me", "MAIL FROM:<a@x>", "MAIL FROM:<a@x>"]).codes == [250, 250, 503])
        #expect(
            talk(["EHLO me", "MAIL FROM:<a@x>", "RCPT TO:<b@x>", "RSET", "DATA"]).codes == [250, 250, 250, 250, 503])
        #expect(talk(["EHLO", "NONSENSE", "EHLO me", "MAIL a@x", "NOOP"]).codes == [501, 502, 250, 501, 250])
    }

    @Test("a declared size beyond the limit is refused at once")
    func declaredSizeBeyondTheLimit() {
        #expect(talk(["EHLO me", "MAIL FROM:<a@x> SIZE=\(SMTPSession.maximumSize + 1)"]).codes == [250, 552])
    }

    @Test("a message beyond the limit is read to its end and refused")
    func messageBeyondTheLimit() {
        let line = String(repeating: "x", count: 1_022)  // 1,024 bytes with its line end
        let opening = ["EHLO me", "MAIL FROM:<a@x>", "RCPT TO:<b@x>", "DATA"]
        let fits = Array(repeating: line, count: SMTPSession.maximumSize / 1_024)
        #expect(talk(opening + fits + ["."]).messages.first?.content.count == SMTPSession.maximumSize)
        let (codes, messages) = talk(opening + fits + ["more", "QUIT", ".", "MAIL FROM:<a@x>"])
        #expect(messages.isEmpty)
        #expect(codes == [250, 250, 250, 354, 552, 250])
    }

    @Test("lines end in CRLF only")
    func linesEndInCRLFOnly() throws {
        var lines = LineSplitter()
        var found: [String] = []
        for piece in ["NO", "OP\r", "\na\nb\r\n\r", "\n.\n\r\nrest"] {
            lines.append(ByteBuffer(string: piece))
            while let line = try lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(found == ["NOOP", "a\nb", "", ".\n"])
    }

    @Test("an endless line is an error")
    func anEndlessLineIsAnError() throws {
        var lines = LineSplitter()
        lines.append(ByteBuffer(repeating: UInt8(ascii: "x"), count: LineSplitter.maximumLine + 1))
        #expect(throws: LineSplitter.LineTooLong.self) { try lines.next() }
    }

    @Test("a client need not log in where no user is set")
    func nobodyNeedsToSayWhoTheyAre() {
        #expect(talk(["EHLO me", "AUTH PLAIN AHVzZXIAc2VjcmV0"]).codes == [250, 502])
    }

    @Test(
        "only the one user may send",
        arguments: [
            (["AUTH PLAIN AHVzZXIAc2VjcmV0"], [235, 250]), (["AUTH PLAIN", "AHVzZXIAc2VjcmV0"], [334, 235, 250]),
            (["auth login", "dXNlcg==", "c2VjcmV0"], [334, 334, 235, 250]),
            (["AUTH LOGIN dXNlcg==", "c2VjcmV0"], [334, 235, 250]),
            ([], [530]), (["AUTH PLAIN AHVzZXIAd3Jvbmc="], [535, 530]), (["AUTH PLAIN !"], [535, 530]),
            (["AUTH PLAIN", "*"], [334, 501, 530]),
            (["AUTH LOGIN", "dXNlcg==", "d3Jvbmc="], [334, 334, 535, 530]), (["AUTH LOGIN", "%"], [334, 535, 530]),
            (["AUTH CRAM-MD5"], [504, 530]),
            (["AUTH PLAIN AHVzZXIAc2VjcmV0", "AUTH PLAIN AHVzZXIAc2VjcmV0"], [235, 503, 250]),
        ])
    func onlyTheOneUserMaySend(_ lines: [String], _ codes: [Int]) {
        let credentials = SMTPCredentials(user: "user", password: "secret")
        #expect(talk(["EHLO me"] + lines + ["MAIL FROM:<a@x>"], credentials: credentials).codes == [250] + codes)
    }

    @Test(
        "what an email needs is announced and checked",
        arguments: [
            (["MAIL FROM:<a@x> SIZE=-1"], [501]), (["MAIL FROM:<a@x> SIZE="], [501]),
            (["MAIL FROM:<a@x> SIZE=99999999999999999999"], [552]),
            (["MAIL FROM:<a@x> BODY=8BITMIME", "RSET", "MAIL FROM:<a@x> body=7bit"], [250, 250, 250]),
            (["MAIL FROM:<a@x> BODY=9BIT"], [501]),
            (["MAIL FROM:<a@x> COLOUR=red"], [555]), (["MAIL FROM:<å@x>"], [553]),
            (["MAIL FROM:<å@x> SMTPUTF8"], [250]),
            (["MAIL FROM:<a@x> SMTPUTF8", "RCPT TO:<用户@例子.广告>"], [250, 250]),
            (["MAIL FROM:<a@x>", "RCPT TO:<用户@x>"], [250, 553]),
            (["MAIL FROM:<\u{0}@x>", "\u{0}", "RCPT TO:<\u{0}>"], [250, 502, 250]),
        ])
    func whatAnEmailNeedsIsSaidAndChecked(_ lines: [String], _ codes: [Int]) {
        #expect(talk(["EHLO me"] + lines).codes == [250] + codes)
    }

    @Test("a server without SMTPUTF8 takes no letters of other scripts")
    func serverWithoutSMTPUTF8() {
        let old = SMTPOffers(internationalAddresses: false)
        #expect(
            talk(["EHLO me", "MAIL FROM:<å@x> SMTPUTF8", "MAIL FROM:<a@x>", "RCPT TO:<å@x>"], offers: old).codes == [
                250, 555, 250, 553,
            ])
    }

    @Test("where encryption is required nothing goes before it")
    func encryptionRequired() {
        let strict = SMTPOffers(encryption: .required)
        let user = SMTPCredentials(user: "user", password: "secret")
        let lines = [
            "EHLO me", "AUTH PLAIN AHVzZXIAc2VjcmV0", "MAIL FROM:<a@x>", "STARTTLS now", "STARTTLS", "MAIL FROM:<a@x>",
            "EHLO me",
            "STARTTLS",
            "AUTH PLAIN AHVzZXIAc2VjcmV0", "MAIL FROM:<a@x>",
        ]
        #expect(
            talk(lines, credentials: user, offers: strict).codes == [250, 530, 530, 501, 220, 503, 250, 502, 235, 250])
        #expect(talk(["EHLO me", "STARTTLS"]).codes == [250, 502], "not unless it is offered")
    }

    @Test("logging in is offered only where it is possible")
    func offersLogIn() {
        var (open, closed) = (
            SMTPSession(), SMTPSession(credentials: SMTPCredentials(user: "user", password: "secret"))
        )
        guard case .reply(let without) = open.receive(Array("EHLO me".utf8)),
            case .reply(let with) = closed.receive(Array("EHLO me".utf8))
        else {
            Issue.record("EHLO is answered")
            return
        }
        #expect(with.lines == without.lines + ["AUTH PLAIN LOGIN"])
    }
}
