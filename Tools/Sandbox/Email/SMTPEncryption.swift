import Foundation
import JSON
import NIOCore
import NIOSSL
import Synchronization

/// What `STARTTLS` needs: a self-signed certificate, made when it is first asked for and kept while the process
/// runs.
enum SMTPEncryption {
    /// Why there is no certificate.
    struct Failure: Error {
        let reason: String
    }

    /// Where OpenSSL's program is; without it there is no `STARTTLS`.
    static let program = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private struct Made {
        let context: NIOSSLContext
        let certificate: String
    }

    private static let made = Mutex<Made?>(nil)

    /// The context that every connection shares.
    static func context() throws -> NIOSSLContext { try identity().context }

    /// The certificate that clients are shown, so that they can be told to trust it; PEM.
    static func certificate() throws -> String { try identity().certificate }

    private static func identity() throws -> Made {
        try made.withLock { made in
            if let made { return made }
            let new = try make()
            made = new
            return new
        }
    }

    private static func make() throws -> Made {
        guard let program else { throw Failure(reason: "openssl is not installed") }
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "cartwright-sandbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let (key, certificate) = (
            directory.appending(path: "key.pem").path, directory.appending(path: "certificate.pem").path
        )
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
            "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
            certificate,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(reason: "openssl made no certificate") }
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(privateKey))
        return Made(
            context: try NIOSSLContext(configuration: configuration),
            certificate: String(decoding: try Data(contentsOf: URL(filePath: certificate)), as: UTF8.self))
    }

    /// Says that encryption may begin and begins it, as one step: nothing that arrives afterwards is read in the clear.
    static func begin(on channel: any Channel, saying reply: SMTPReply) async throws {
        let context = try context()
        try await channel.eventLoop.submit {
            channel.writeAndFlush(ByteBuffer(string: reply.wire), promise: nil)
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context), position: .first)
        }.get()
    }
}
