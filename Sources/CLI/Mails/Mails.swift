import ArgumentParser

/// Mails to customers.
struct Mails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after mails of which nobody knows whether they went out.", subcommands: [MailsList.self, MailsSettle.self],
        defaultSubcommand: MailsList.self)
}
