/// Settings of an ``OutboundHTTPClient``. The defaults suit production.
package struct OutboundConfiguration: Sendable {
    /// What the `User-Agent` header says.
    package var userAgent: String

    /// A file of PEM certificates to trust instead of the system's: for tests and private networks. Certificates are
    /// verified either way.
    package var certificateAuthorityFile: String?

    /// How many idle connections are kept for re-use, over all hosts.
    package var maximumIdleConnections: Int

    /// How many mails can be on their way at once. libcurl waits for a mail server's last word with a blocking call, so
    /// each has a thread of its own, started when it is first needed, and no mail server can hold up anything else.
    package var smtpThreads: Int

    /// Makes settings from the defaults.
    package init(
        userAgent: String = "Cartwright", certificateAuthorityFile: String? = nil, maximumIdleConnections: Int = 64,
        smtpThreads: Int = 4
    ) {
        self.userAgent = userAgent
        self.certificateAuthorityFile = certificateAuthorityFile
        self.maximumIdleConnections = maximumIdleConnections
        self.smtpThreads = smtpThreads
    }
}
