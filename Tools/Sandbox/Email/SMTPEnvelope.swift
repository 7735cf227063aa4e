/// A message with who sent it to whom, as SMTP carried them.
struct SMTPEnvelope: Sendable, Equatable {
    var from: String
    var recipients: [String] = []
    /// RFC 5322 bytes, dot-stuffing undone.
    var content: [UInt8] = []
}
