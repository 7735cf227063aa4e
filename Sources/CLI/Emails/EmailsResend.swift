import ArgumentParser
package import Domain
import Storage

/// Sends mails again.
struct EmailsResend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend", abstract: "Send a mail again that failed or is refused, or all of them.",
        discussion: "A mail that went out, or may have gone out, is not sent again. It keeps its Message-ID.")

    @Argument(help: "The mail's id, as `cartwright mails` writes it.")
    var id: String?

    @Flag(help: "All that failed or are refused.")
    var all = false

    @Option(help: "With --all: only mails of this kind.")
    var kind: EmailKind?

    @Option(help: "With --all: only those that were not sent for this.")
    var fault: EmailFault?

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("expected the id of a mail, or --all.") }
        guard all || kind == nil && fault == nil else { throw ValidationError("--kind and --fault go with --all.") }
    }

    func run() async throws {
        try await Services.use { services in
            if let id { try await resend(id, with: services.mail) } else { try await resendAll(with: services.mail) }
        }
    }

    private func resend(_ text: String, with store: EmailStore) async throws {
        guard let id = EmailDelivery.ID(text) else { throw ValidationError("expected the id of a mail, a UUID.") }
        switch try await store.resend(id, audit: OperatorLog.entry("mail.resent", "mail", id.description)) {
        case .requested: Terminal.write("the mail will be sent again")
        case .unknownDelivery:
            throw Failure("There is no mail with this id.", advice: "List them with: cartwright mails")
        case .refused(.unknown):
            throw Failure(
                "The mail may have been sent.",
                advice: "Find out, and say it with: cartwright mails settle \(id) --was-sent or --send-again")
        case .refused(let status): throw Failure("The mail is \(status.rawValue) and is not sent again.", advice: nil)
        }
    }

    /// Each that is there at the beginning, once: one that fails again at once does not keep the command busy.
    private func resendAll(with store: EmailStore) async throws {
        let counts = try await store.counts(upTo: 1_000_000)
        var (left, sent) = (counts.failed + counts.refused, 0)
        var details = ["kind": kind?.rawValue, "fault": fault?.rawValue].compactMapValues(\.self)
        details["by"] = "--all"
        while left > 0 {
            let audit = OperatorLog.entry("mails.resent", "mail", "all", details: details)
            let (count, hasMore) = try await store.resendAll(
                kind: kind, fault: fault, limit: min(left, 500), audit: audit)
            (left, sent) = (left - count, sent + count)
            if !hasMore { break }
        }
        Terminal.write(sent == 0 ? "There are none." : "\(counted(sent, "mail")) will be sent again")
    }
}

extension EmailKind: ExpressibleByArgument {}
extension EmailFault: ExpressibleByArgument {}
