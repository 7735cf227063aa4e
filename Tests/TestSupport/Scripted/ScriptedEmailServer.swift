/// An email server's part of a conversation, with one place where it departs from the ordinary.
package struct ScriptedEmailServer: Sendable {
    /// What is answered instead of the ordinary reply, by the first word of the command; `.` is the end of the message.
    /// An empty answer closes the connection.
    package var replies: [String: String] = [:]
    /// Extensions named after EHLO.
    package var extensions: [String] = ["SIZE 50000000", "AUTH PLAIN"]
    /// Commands and message lines as they came.
    package let log = ScriptLog<String>()
    /// Fired when the end of the message has been read.
    package let messageEnded = OneTimeSignal()
    /// What the reply to the end of the message waits for.
    package var release: OneTimeSignal?

    /// An ordinary server but for these replies.
    package init(replies: [String: String] = [:], offering extensions: [String] = [], release: OneTimeSignal? = nil) {
        self.replies = replies
        self.extensions += extensions
        self.release = release
    }

    /// Starts serving.
    package func start() throws -> ScriptedServer {
        try ScriptedServer { peer in
            let greeting = replies["greeting"] ?? "220 mail.example ESMTP\r\n"
            if greeting.isEmpty { return }
            try peer.write(greeting)
            while true {
                let command = try peer.readLine()
                log.note(command)
                let verb = String(command.prefix { $0 != " " && $0 != ":" }).uppercased()
                if let reply = replies[verb] {
                    if reply.isEmpty { return }
                    try peer.write(reply)
                    continue
                }
                switch verb {
                case "EHLO": try peer.write(ehlo)
                case "AUTH": try logIn(command, peer)
                case "DATA": try takeMessage(peer)
                case "QUIT": return try peer.write("221 Bye\r\n")
                default: try peer.write("250 2.1.0 Ok\r\n")
                }
            }
        }
    }

    /// The lines of the last message as they were sent, doubled dots undone, without the final dot.
    package var message: [String] {
        let lines = log.entries
        guard let start = lines.lastIndex(of: "DATA"), let end = lines[start...].firstIndex(of: ".") else { return [] }
        return lines[(start + 1)..<end].map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
    }

    private var ehlo: String {
        let lines = ["mail.example"] + extensions
        return lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)\r\n" }.joined()
    }

    /// The credentials come with the command or after an empty challenge (RFC 4954, 4).
    private func logIn(_ command: String, _ peer: Conversation) throws {
        if command == "AUTH PLAIN" {
            try peer.write("334 \r\n")
            log.note(try peer.readLine())
        }
        try peer.write("235 2.7.0 Welcome\r\n")
    }

    private func takeMessage(_ peer: Conversation) throws {
        try peer.write("354 Go ahead\r\n")
        while true {
            let line = try peer.readLine()
            log.note(line)
            if replies["cut"] == line { throw Conversation.Over() }
            if line == "." { break }
        }
        messageEnded.fire()
        if let release { peer.block(until: release) }
        let reply = replies["."] ?? "250 2.0.0 Ok: queued as 4F3B2\r\n"
        if reply.isEmpty { throw Conversation.Over() }
        try peer.write(reply)
    }
}
