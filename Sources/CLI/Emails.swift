import ArgumentParser
package import Domain
import Storage

/// Emails to customers.
struct Emails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after emails that were not sent, or whose delivery status is unknown.",
        subcommands: [EmailsList.self, EmailsResend.self, EmailsResolve.self], defaultSubcommand: EmailsList.self,
        // The name until 0.2.
        aliases: ["mails"])
}

/// Lists emails that wait for an operator.
struct EmailsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List emails that an operator should look at, latest first.",
        discussion: """
            failed: given up, because of its address or after many tries; send it again with `cartwright emails \
            resend`. refused: the mail server or provider does not take the shop's email; mend what the reason names, \
            it is tried until then. unknown: its sending had no answer, and no event will say what became of it; look \
            for the order in the provider's log and say it with `cartwright emails resolve`.
            """)

    /// What is listed.
    enum Status: String, CaseIterable, ExpressibleByArgument {
        case attention, refused, pending, sending, sent, unknown, failed, obsolete

        var filter: EmailFilter {
            switch self {
            case .attention: .attention
            case .refused: .refused
            default: EmailDeliveryStatus(rawValue: rawValue).map(EmailFilter.status) ?? .attention
            }
        }
    }

    @Option(help: "Which ones: attention is all that an operator should look at.")
    var status: Status = .attention

    @Option(help: "How many at most, 1 to 100.")
    var limit = 50

    @Option(help: "Go on where the part before ended.")
    var cursor: String?

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 100.") }
    }

    func run() async throws {
        let page = try await Services.use { services in
            try await services.emails.list(status.filter, page: PageRequest(limit: limit, cursor: cursor))
        }
        if page.items.isEmpty {
            return Terminal.write(status == .attention ? "No email waits for an operator." : "There are none.")
        }
        var table = Table([
            .text("id"), .text("status"), .text("kind"), .text("order"), .number("tries"), .text("since"),
            .wide("reason"),
        ])
        for email in page.items {
            let isRefused = email.delivery.status == .pending && email.fault?.isShops == true
            table.add([
                email.delivery.id.description, isRefused ? "refused" : email.delivery.status.rawValue,
                email.delivery.kind.rawValue,
                email.delivery.orderID.description, String(email.delivery.attempt), TimeText.moment(email.updatedAt),
                email.reason ?? "",
            ])
        }
        Terminal.write(table)
        if let next = page.nextCursor { Terminal.write("\nThere are more: --cursor \(next)") }
    }
}

/// Sends emails again.
struct EmailsResend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend", abstract: "Send an email again that failed or is refused, or all of them.",
        discussion: "An email that was sent, or may have been sent, is not sent again. It keeps its Message-ID.")

    @Argument(help: "The email's id, as `cartwright emails` writes it.")
    var id: String?

    @Flag(help: "All that failed or are refused.")
    var all = false

    @Option(help: "With --all: only emails of this kind.")
    var kind: EmailKind?

    @Option(help: "With --all: only those that were not sent for this.")
    var fault: EmailFault?

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("expected the id of an email, or --all.") }
        guard all || kind == nil && fault == nil else { throw ValidationError("--kind and --fault go with --all.") }
    }

    func run() async throws {
        try await Services.use { services in
            if let id {
                try await resend(id, with: services.emails)
            } else {
                try await resendAll(with: services.emails)
            }
        }
    }

    private func resend(_ text: String, with store: EmailStore) async throws {
        guard let id = EmailDelivery.ID(text) else { throw ValidationError("expected the id of an email, a UUID.") }
        switch try await store.resend(id, audit: OperatorLog.entry("email.resent", "email", id.description)) {
        case .requested: Terminal.write("the email will be sent again")
        case .unknownDelivery:
            throw Failure("There is no email with this id.", advice: "List them with: cartwright emails")
        case .refused(.unknown):
            throw Failure(
                "The email may have been sent.",
                advice: "Find out, and say it with: cartwright emails resolve \(id) --was-sent or --send-again")
        case .refused(let status): throw Failure("The email is \(status.rawValue) and is not sent again.", advice: nil)
        }
    }

    /// Each that is there at the beginning, once: one that fails again at once does not keep the command busy.
    private func resendAll(with store: EmailStore) async throws {
        let counts = try await store.counts(upTo: 1_000_000)
        var (left, sent) = (counts.failed + counts.refused, 0)
        var details = ["kind": kind?.rawValue, "fault": fault?.rawValue].compactMapValues(\.self)
        details["by"] = "--all"
        while left > 0 {
            let audit = OperatorLog.entry("emails.resent", "email", "all", details: details)
            let (count, hasMore) = try await store.resendAll(
                kind: kind, fault: fault, limit: min(left, 500), audit: audit)
            (left, sent) = (left - count, sent + count)
            if !hasMore { break }
        }
        Terminal.write(sent == 0 ? "There are none." : "\(counted(sent, "email")) will be sent again")
    }
}

extension EmailKind: ExpressibleByArgument {}
extension EmailFault: ExpressibleByArgument {}

/// Says what became of an email.
struct EmailsResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say of an email with unknown delivery status that it was sent, or send it again.",
        discussion: "Sent again, it bears the same Message-ID: some mailboxes show two copies as one, others don't.",
        aliases: ["settle"])

    /// A person's word.
    enum Word: String, EnumerableFlag {
        case wasSent, sendAgain
    }

    @Argument(help: "The email's id, as `cartwright emails` and `cartwright orders show` write it.")
    var id: String

    @Flag(help: "What became of it.")
    var word: Word

    func run() async throws {
        guard let id = EmailDelivery.ID(id) else { throw ValidationError("expected the id of an email, a UUID.") }
        try await Services.use { services in
            let audit = OperatorLog.entry("email.resolved", "email", id.description, details: ["word": word.rawValue])
            guard try await services.emails.resolveByHand(id, wasTaken: word == .wasSent, audit: audit) else {
                throw Failure(
                    "There is no email with unknown delivery status and this id.",
                    advice: "List them with: cartwright emails")
            }
        }
        Terminal.write(word == .wasSent ? "the email counts as sent" : "the email will be sent again")
    }
}
