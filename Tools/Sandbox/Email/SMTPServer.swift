import JSON
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens for email and runs one ``SMTPConnection`` per client until it is asked to stop.
struct SMTPServer: Service {
    let host: String
    /// 0 lets the system choose.
    let port: Int
    let connection: SMTPConnection
    let logger: Logger
    /// Called with the port in use once mail can come in.
    let onRunning: @Sendable (Int) -> Void

    func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        onRunning(server.channel.localAddress?.port ?? port)
        do {
            // Asked to stop, open dialogues are cut: what was acknowledged is recorded, what was not the client sends
            // again.
            try await cancelWhenGracefulShutdown {
                try await serve(server)
            }
        } catch is CancellationError {
            // Being stopped is how this service ends.
        }
    }

    private func serve(_ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) async throws {
        try await server.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { group in
                for try await client in clients {
                    group.addTask {
                        do {
                            try await connection.run(client)
                        } catch {
                            logger.debug("A mail client's connection broke", metadata: ["error": "\(error)"])
                        }
                    }
                }
            }
        }
    }
}

/// Carries out one SMTP dialogue: lines in, what ``SMTPSession`` decides out, with the injected faults in between.
struct SMTPConnection: Sendable {
    let store: EmailStore
    let faults: FaultInjector
    /// The user that may send email; nil lets every client.
    var credentials: SMTPCredentials?
    var offers = SMTPOffers()

    /// Runs until either side hangs up.
    func run(_ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await channel.executeThenClose { inbound, outbound in
            let unwelcome = faults.mail(.greeting, recipients: []).flatMap { Self.refusal(of: $0, at: .greeting) }
            try await outbound.write(ByteBuffer(string: (unwelcome ?? .greeting).wire))
            // A client that is to come later has nothing more to say; one that is not wanted at all may say goodbye.
            if unwelcome?.code == SMTPReply.closing.code { return }
            var session = SMTPSession(credentials: credentials, offers: offers)
            if unwelcome != nil { session.turnAway() }
            var lines = LineSplitter()
            for try await packet in inbound {
                lines.append(packet)
                // The answers to pipelined commands go out together.
                var answers = ByteBuffer()
                var stays = true
                var encryption: SMTPReply?
                do throws(LineSplitter.LineTooLong) {
                    while stays, encryption == nil, let line = try lines.next() {
                        let action = session.receive(line)
                        if case .encrypt(let reply) = action {
                            encryption = reply
                        } else {
                            stays = await carryOut(action, &session, &answers)
                        }
                    }
                } catch {
                    answers.writeString(SMTPReply.lineTooLong.wire)
                    stays = false
                }
                if answers.readableBytes > 0 { try await outbound.write(answers) }
                if !stays { return }
                if let encryption {
                    do {
                        try await SMTPEncryption.begin(on: channel.channel, saying: encryption)
                        session.encrypted()
                    } catch {
                        try await outbound.write(ByteBuffer(string: SMTPReply.encryptionFailed.wire))
                    }
                    // What came in the clear behind the command is not trusted (RFC 3207 section 4.2).
                    lines = LineSplitter()
                }
            }
        }
    }

    /// Does what a line asks for; false ends the connection.
    private func carryOut(_ action: SMTPSession.Action, _ session: inout SMTPSession, _ answers: inout ByteBuffer) async
        -> Bool
    {
        switch action {
        case .nothing, .encrypt: return true
        case .reply(let reply): answers.writeString(reply.wire)
        case .close(let reply):
            answers.writeString(reply.wire)
            return false
        case .sender(let address):
            let fault = faults.mail(.sender, recipients: [])
            answers.writeString(
                session.sender(address, refusal: fault.flatMap { Self.refusal(of: $0, at: .sender) }).wire)
        case .recipient(let address):
            let fault = faults.mail(.recipient, recipients: [address])
            answers.writeString(
                session.recipient(address, refusal: fault.flatMap { Self.refusal(of: $0, at: .recipient) }).wire)
        case .message(let envelope):
            guard let reply = await take(envelope) else { return false }
            answers.writeString(reply.wire)
        }
        return true
    }

    /// Records a message before anything is said about it; nil says nothing and hangs up.
    private func take(_ envelope: SMTPEnvelope) async -> SMTPReply? {
        let fault = faults.mail(
            .content, recipients: envelope.recipients, orderID: MIMEMessage(envelope.content).header("X-Order-ID"))
        if let refusal = fault.flatMap({ Self.refusal(of: $0, at: .content) }) { return refusal }
        if fault?.kind == .loseAfterDot { return nil }
        do {
            let fate = EmailFate(fault?.kind)
            _ = try await store.take(envelope, fate: fate)
        } catch {
            return .storageFailed
        }
        return fault?.kind == .dropAfterDot ? nil : .ok
    }

    private static func refusal(of fault: FaultRule, at stage: FaultRule.Stage) -> SMTPReply? {
        switch (fault.kind, stage) {
        case (.reject4xx, .greeting), (.mailRateLimited, .greeting): .closing
        case (.reject4xx, _), (.mailRateLimited, _): .temporary
        case (.reject5xx, .greeting): .unwelcome
        case (.reject5xx, .sender): .unwantedSender
        case (.reject5xx, .recipient): .permanent
        case (.reject5xx, .content): .unwantedContent
        default: nil
        }
    }
}

/// Cuts a stream of bytes into lines that end in CRLF. A bare LF ends nothing: taking it for a line end is how messages
/// get smuggled past one server into another.
struct LineSplitter {
    /// Longest line, in bytes; RFC 5321 asks for 1,000, libraries are known to send more.
    static let maximumLine = 64 * 1024

    /// A line without an end in sight.
    struct LineTooLong: Error {}

    private var buffer = ByteBuffer()
    /// Bytes of the buffer already searched.
    private var searched = 0

    init() {}

    mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// The next line without its CRLF, or nil until more comes.
    /// - Throws: `LineTooLong`.
    mutating func next() throws(LineTooLong) -> ByteBufferView? {
        let view = buffer.readableBytesView
        var from = view.startIndex + searched
        while let feed = view[from...].firstIndex(of: 10) {
            if feed > view.startIndex, view[feed - 1] == 13 {
                let line = view[view.startIndex..<(feed - 1)]
                buffer.moveReaderIndex(forwardBy: feed + 1 - view.startIndex)
                searched = 0
                return line
            }
            from = feed + 1
        }
        guard view.count <= Self.maximumLine else { throw LineTooLong() }
        searched = view.count
        return nil
    }
}
