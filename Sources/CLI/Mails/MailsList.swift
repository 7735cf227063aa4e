import ArgumentParser
import Domain
import Storage

/// Lists mails that wait for a person.
struct MailsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List mails that wait for a person, oldest first.",
        discussion: """
            Their sending had no answer, and nothing has told for an hour or ever will what became of it. Look for the order in the provider's log, \
            then say it with `cartwright mails settle`.
            """)

    func run() async throws {
        let mails = try await Services.use { services in try await services.mail.parked() }
        if mails.isEmpty { return Terminal.write("No mail waits for a person.") }
        var table = Table([.text("id"), .text("kind"), .text("order"), .number("tries"), .text("since"), .wide("reason")])
        for mail in mails {
            table.add([
                mail.delivery.id.description, mail.delivery.kind.rawValue, mail.delivery.orderID.description,
                String(mail.delivery.attempt), TimeText.moment(mail.updatedAt), mail.reason ?? "",
            ])
        }
        Terminal.write(table)
    }
}
