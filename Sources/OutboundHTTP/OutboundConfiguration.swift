/// Settings of an ``OutboundHTTPClient``. The defaults suit production.
public struct OutboundConfiguration: Sendable {
    /// What the `User-Agent` header says.
    public var userAgent: String

    /// A file of PEM certificates to trust instead of the system's: for tests and private networks. Certificates are verified either way.
    public var certificateAuthorityFile: String?

    /// How many idle connections are kept for re-use, over all hosts.
    public var maximumIdleConnections: Int

    /// How many mails can be on their way at once. libcurl waits for a mail server's last word with a blocking call, so each has a thread of
    /// its own, started when it is first needed, and no mail server can hold up anything else.
    public var smtpThreads: Int

    /// Makes settings from the defaults.
    public init(
        userAgent: String = "Cartwright/1", certificateAuthorityFile: String? = nil, maximumIdleConnections: Int = 64, smtpThreads: Int = 4
    ) {
        self.userAgent = userAgent
        self.certificateAuthorityFile = certificateAuthorityFile
        self.maximumIdleConnections = maximumIdleConnections
        self.smtpThreads = smtpThreads
    }
}
