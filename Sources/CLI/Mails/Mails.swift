import ArgumentParser

/// Mails to customers.
struct Mails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after mails that did not go out, or of which nobody knows whether they did.",
        subcommands: [MailsList.self, MailsResend.self, MailsSettle.self], defaultSubcommand: MailsList.self)
}
