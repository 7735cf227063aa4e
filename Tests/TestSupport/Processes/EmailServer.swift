import Foundation

/// Debian's email server Exim, run for one test on free ports of 127.0.0.1: encrypts by STARTTLS or from the start,
/// lets one user in and knows one mailbox. Gone when nobody holds it any more.
///
/// Exim and not OpenSMTPD, whose socket and spool are compiled in, so that a machine can have only one of it.
package final class EmailServer: Sendable {
    /// Who may send email: the name, and a password with characters that a URL cannot hold as they are.
    package static let user = "shop"
    /// The password.
    package static let password = "s3 cret/@"
    /// The one mailbox.
    package static let mailbox = "ann@home.example"

    private static let program = "/usr/sbin/exim4"
    /// Whom Debian's Exim becomes.
    private static let account = "Debian-exim"

    /// Why this machine cannot run one, `nil` when it can: the server changes its user, and a machine has one email
    /// server installed.
    package static var obstacle: String? {
        if geteuid() != 0 { return "an email server needs root" }
        if !FileManager.default.fileExists(atPath: program),
            FileManager.default.fileExists(atPath: "/usr/sbin/sendmail")
        {
            return "this machine has another email server, which installing Exim would remove"
        }
        return nil
    }

    /// The port that encrypts by STARTTLS.
    package let port: Int
    /// The port that encrypts from the start.
    package let securePort: Int
    /// The certificate, PEM: its own authority.
    package var certificateFile: String { "\(directory)/certificate.pem" }
    private let directory: String
    private let process: ManagedProcess

    /// Starts a server and waits until it takes connections.
    ///
    /// - Parameter encrypts: whether it offers STARTTLS at all.
    package static func start(encrypts: Bool = true) async throws -> EmailServer {
        let directory = "\(NSTemporaryDirectory())/cartwright-exim-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for folder in ["spool", "log", "mail"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(folder)", withIntermediateDirectories: false,
                attributes: [.ownerAccountName: account])
        }
        try await run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj",
            "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(directory)/key.pem", "-out",
            "\(directory)/certificate.pem")
        try FileManager.default.setAttributes([.ownerAccountName: account], ofItemAtPath: "\(directory)/key.pem")
        let (port, securePort) = (try FreePort.next(), try FreePort.next())
        try configuration(directory, port, securePort, encrypts: encrypts)
            .write(toFile: "\(directory)/exim.conf", atomically: true, encoding: .utf8)
        let process = try ManagedProcess.start(program, arguments: ["-C", "\(directory)/exim.conf", "-bdf"])
        let server = EmailServer(port: port, securePort: securePort, directory: directory, process: process)
        try await eventually(within: .seconds(20), "exim is ready; its words: \(process.log)") {
            server.log.contains("listening for SMTP")
        }
        return server
    }

    private init(port: Int, securePort: Int, directory: String, process: ManagedProcess) {
        self.port = port
        self.securePort = securePort
        self.directory = directory
        self.process = process
    }

    deinit {
        process.kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// What it has noted: who came, how they encrypted, what it took and what it refused.
    package var log: String { (try? String(contentsOfFile: "\(directory)/log/main", encoding: .utf8)) ?? "" }

    /// The messages in the mailbox, as they lie there: bytes, lines ended by LF.
    package var messages: [[UInt8]] {
        let folder = "\(directory)/mail/new"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { FileManager.default.contents(atPath: "\(folder)/\($0)").map(Array.init) }
    }

    private static func run(_ program: String, _ arguments: String...) async throws {
        let process = try ManagedProcess.start(program, arguments: arguments)
        guard try await process.waitForExit(within: .seconds(30)) == .code(0) else {
            throw ManagedProcess.CannotStart(executable: "\(program): \(process.log)", error: EIO)
        }
    }

    private static func configuration(_ directory: String, _ port: Int, _ securePort: Int, encrypts: Bool) -> String {
        """
        exim_path = \(program)
        primary_hostname = mail.example
        spool_directory = \(directory)/spool
        log_file_path = \(directory)/log/%s
        pid_file_path = \(directory)/spool/exim.pid
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(port) : \(securePort)
        tls_on_connect_ports = \(securePort)
        tls_advertise_hosts = \(encrypts ? "*" : "")
        tls_certificate = \(directory)/certificate.pem
        tls_privatekey = \(directory)/key.pem
        # Passwords are only asked for where nobody listens.
        auth_advertise_hosts = ${if def:tls_in_cipher {*}{}}
        acl_smtp_rcpt = recipients
        deliver_drop_privilege
        # Messages lie in the mailbox as they came.
        received_header_text =
        rfc1413_query_timeout = 0s
        host_lookup =
        keep_environment =
        begin acl
        recipients:
          deny  !authenticated = *
                message = Log in first
          deny  !verify = recipient
          accept
        begin routers
        mailbox:
          driver = accept
          local_parts = ann
          domains = home.example
          transport = maildir
        begin transports
        maildir:
          driver = appendfile
          maildir_format
          directory = \(directory)/mail
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if and {{eq{$auth2}{\(user)}}{eq{$auth3}{\(password)}}}}
          server_set_id = $auth2

        """
    }
}
