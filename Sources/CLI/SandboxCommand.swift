import ArgumentParser
import Foundation

/// Becomes the sandbox: the program that lies beside this one.
struct SandboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Run a stand-in for the payment provider, the email server and the exchange rates.",
        discussion: """
            Needs no account, no network and no other server. Its first page lists what it can do, and how to make it \
            fail. Settings are the SANDBOX_… variables of docs/settings.md; options go before them.
            """)

    @Option(help: "Port of its HTTP server; 0 lets the system choose.")
    var port: Int?

    @Option(help: "Port of its email server; 0 lets the system choose.")
    var smtpPort: Int?

    @Option(help: "Directory of its journal; without it a restart forgets everything.")
    var data: String?

    @Option(name: .customLong("webhook-url"), help: "Where it sends events of payments.")
    var webhookURL: String?

    @Option(help: "What signs them.")
    var webhookSecret: String?

    /// The settings that the options stand for.
    var environment: [(name: String, value: String)] {
        [
            ("SANDBOX_PORT", port.map(String.init)), ("SANDBOX_SMTP_PORT", smtpPort.map(String.init)),
            ("SANDBOX_DATA", data),
            ("SANDBOX_WEBHOOK_URL", webhookURL), ("SANDBOX_WEBHOOK_SECRET", webhookSecret),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    func run() throws {
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent() else {
            throw Failure("It cannot be found out where this program lies.")
        }
        let path = folder.appending(path: "Sandbox").path
        for (name, value) in environment { setenv(name, value, 1) }
        // The process becomes the sandbox, so that signals and the exit code are its own. On success this does not
        // return.
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        defer { free(arguments[0]) }
        execv(path, &arguments)
        let reason = String(cString: strerror(errno))
        throw Failure("\(path) cannot be run: \(reason).", advice: "Build it: swift build --product Sandbox")
    }
}
