import NIOCore

/// Carries out one SMTP dialogue: lines in, what ``SMTPSession`` decides out, with the injected faults in between.
struct SMTPConnection: Sendable {
    let store: MailStore
    let faults: FaultBoard
    /// Who may send mail; nil lets everybody.
    var credentials: SMTPCredentials?

    /// Runs until either side hangs up.
    func run(_ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: SMTPReply.greeting.wire))
            var session = SMTPSession(credentials: credentials)
            var lines = LineSplitter()
            for try await packet in inbound {
                lines.append(packet)
                // The answers to pipelined commands go out together.
                var answers = ByteBuffer()
                var stays = true
                do throws(LineSplitter.LineTooLong) {
                    while stays, let line = try lines.next() {
                        stays = await carryOut(session.receive(line), &session, &answers)
                    }
                } catch {
                    answers.writeString(SMTPReply.lineTooLong.wire)
                    stays = false
                }
                if answers.readableBytes > 0 { try await outbound.write(answers) }
                if !stays { return }
            }
        }
    }

    /// Does what a line asks for; false ends the connection.
    private func carryOut(_ action: SMTPSession.Action, _ session: inout SMTPSession, _ answers: inout ByteBuffer) async -> Bool {
        switch action {
        case .nothing: return true
        case .reply(let reply): answers.writeString(reply.wire)
        case .close(let reply):
            answers.writeString(reply.wire)
            return false
        case .recipient(let address):
            let fault = faults.mail(.recipient, recipients: [address])
            answers.writeString(session.recipient(address, refusal: fault.flatMap(Self.refusal)).wire)
        case .message(let envelope):
            guard let reply = await take(envelope) else { return false }
            answers.writeString(reply.wire)
        }
        return true
    }

    /// Records a message before anything is said about it; nil says nothing and hangs up.
    private func take(_ envelope: SMTPEnvelope) async -> SMTPReply? {
        let fault = faults.mail(.content, recipients: envelope.recipients, orderID: MIMEMessage(envelope.content).header("X-Order-ID"))
        if let refusal = fault.flatMap(Self.refusal) { return refusal }
        if fault?.kind == .loseAfterDot { return nil }
        do {
            let fate = MailFate(fault?.kind)
            _ = try await store.take(envelope, fate: fate)
        } catch {
            return .storageFailed
        }
        return fault?.kind == .dropAfterDot ? nil : .ok
    }

    private static func refusal(of fault: FaultRule) -> SMTPReply? {
        switch fault.kind {
        case .reject4xx, .mailRateLimited: .temporary
        case .reject5xx: .permanent
        default: nil
        }
    }
}
