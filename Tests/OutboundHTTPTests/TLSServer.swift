import Foundation
import Glibc
import TestSupport

/// `openssl s_server` with a certificate of its own making for `localhost`. OpenSSL's command comes with the
/// certificates TLS needs.
final class TLSServer {
    let port: Int
    let certificateFile: String
    private let directory: URL
    private let process: Process

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "cartwright-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificateFile = directory.appending(path: "certificate.pem").path
        let keyFile = directory.appending(path: "key.pem").path
        let making = try Self.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost", "-keyout", keyFile, "-out", certificateFile,
        ])
        making.waitUntilExit()
        guard making.terminationStatus == 0 else { throw Unexpected() }
        process = Process()
        // Port 0 lets the system choose; the port is read from the line OpenSSL prints.
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", keyFile, "-www"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n") || !text.contains("ACCEPT 127.0.0.1:") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw Unexpected() }
            text += String(decoding: data, as: UTF8.self)
        }
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT 127.0.0.1:") }),
            let port = Int(line.dropFirst(17))
        else {
            throw Unexpected()
        }
        self.port = port
    }

    func stop() {
        // Spawned from a thread of the concurrency pool, it has most signals blocked; this one cannot be.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: directory)
    }

    private static func openssl(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
