import ArgumentParser

/// Emails to customers.
struct Emails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after emails that were not sent, and emails with unknown delivery status.",
        subcommands: [EmailsList.self, EmailsResend.self, EmailsSettle.self], defaultSubcommand: EmailsList.self,
        // What the command was called until 0.2.0.
        aliases: ["mails"])
}
