import Foundation

/// A certificate of a test's own, its own authority, with its key, as PEM files in a temporary folder. Gone when nobody
/// holds it any more.
package final class TestCertificate: Sendable {
    private let directory: String
    /// The certificate.
    package var file: String { "\(directory)/certificate.pem" }
    /// Its key.
    package var keyFile: String { "\(directory)/key.pem" }

    /// It could not be made.
    package struct CannotMake: Error {
        /// What openssl said.
        package let log: String
    }

    /// - Parameter names: whom it is for, as `subjectAltName` has it.
    package init(for names: String = "DNS:localhost,IP:127.0.0.1") async throws {
        directory = "\(NSTemporaryDirectory())/cartwright-certificate-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let process = try ManagedProcess.start(
            "openssl",
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj",
                "/CN=test.example", "-addext", "subjectAltName=\(names)", "-keyout", "\(directory)/key.pem", "-out",
                "\(directory)/certificate.pem",
            ])
        guard try await process.waitForExit(within: .seconds(30)) == .code(0) else {
            throw CannotMake(log: process.log)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Lines of redis.conf for a server that also listens with TLS.
    /// - Parameter asks: whether clients have to show a certificate.
    package func redisSettings(port: Int, asks: Bool = false) -> [String] {
        [
            "tls-port \(port)", "tls-cert-file \(file)", "tls-key-file \(keyFile)", "tls-ca-cert-file \(file)",
            "tls-auth-clients \(asks ? "yes" : "no")",
        ]
    }
}
