import Foundation

@testable import Sandbox

/// The built program, started on ports of its own.
struct SandboxProcess {
    let process: Process
    /// Where it listens; nil when it ended before it did.
    let urls: SandboxURLs?
    private let errorPipe: Pipe

    /// Starts it and waits for its one line, or its end.
    static func start(data: String? = nil, environment: [String: String] = [:]) throws -> SandboxProcess {
        let process = Process()
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "Sandbox")
        process.environment = ["SANDBOX_PORT": "0", "SANDBOX_SMTP_PORT": "0", "SANDBOX_DATA": data ?? ""].merging(
            environment
        ) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            line += bytes
        }
        return SandboxProcess(
            process: process, urls: urls(in: String(decoding: line, as: UTF8.self)), errorPipe: errors)
    }

    /// What it wrote to its standard error; after its end.
    func errors() -> String { String(decoding: errorPipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }

    private static func urls(in line: String) -> SandboxURLs? {
        guard let http = line.firstMatch(of: #/http://127\.0\.0\.1:(\d+) /#),
            let smtp = line.firstMatch(of: #/smtp://127\.0\.0\.1:(\d+)/#)
        else { return nil }
        guard let httpPort = Int(http.1), let smtpPort = Int(smtp.1) else { return nil }
        return SandboxURLs(host: "127.0.0.1", httpPort: httpPort, smtpPort: smtpPort)
    }
}
