import ArgumentParser

/// Emails to customers.
struct Emails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after mails that did not go out, or of which nobody knows whether they did.",
        subcommands: [EmailsList.self, EmailsResend.self, EmailsSettle.self], defaultSubcommand: EmailsList.self)
}
