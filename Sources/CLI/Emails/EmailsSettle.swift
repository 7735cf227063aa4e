import ArgumentParser
import Domain
import Storage

/// Says what became of a mail.
struct EmailsSettle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Say of a mail of unknown outcome that it was sent, or send it again.",
        discussion: "Sent again, it bears the same Message-ID: some mailboxes show two copies as one, others don't.")

    /// A person's word.
    enum Word: String, EnumerableFlag {
        case wasSent, sendAgain
    }

    @Argument(help: "The mail's id, as `cartwright mails` and `cartwright orders show` write it.")
    var id: String

    @Flag(help: "What became of it.")
    var word: Word

    func run() async throws {
        guard let id = EmailDelivery.ID(id) else { throw ValidationError("expected the id of a mail, a UUID.") }
        try await Services.use { services in
            let audit = OperatorLog.entry("mail.settled", "mail", id.description, details: ["word": word.rawValue])
            guard try await services.mail.settleByHand(id, wasTaken: word == .wasSent, audit: audit) else {
                throw Failure(
                    "There is no mail of unknown outcome with this id.", advice: "List them with: cartwright mails")
            }
        }
        Terminal.write(word == .wasSent ? "the mail counts as sent" : "the mail will be sent again")
    }
}
