import ArgumentParser
import Domain
import Storage

/// Lists mails that wait for somebody.
struct EmailsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List mails that somebody should look at, latest first.",
        discussion: """
            failed: given up, because of its address or after many tries; send it again with `cartwright mails resend`. \
            refused: the mail server or provider does not take the shop's mail; mend what the reason names, the mail is tried until then. \
            unknown: its sending had no answer, and nothing will tell what became of it; look for the order in the provider's log and say it with \
            `cartwright mails settle`.
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

    @Option(help: "Which ones: attention is all that somebody should look at.")
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
            try await services.mail.mails(status.filter, page: PageRequest(limit: limit, cursor: cursor))
        }
        if page.items.isEmpty {
            return Terminal.write(status == .attention ? "No mail waits for anybody." : "There are none.")
        }
        var table = Table([
            .text("id"), .text("status"), .text("kind"), .text("order"), .number("tries"), .text("since"),
            .wide("reason"),
        ])
        for mail in page.items {
            let isRefused = mail.delivery.status == .pending && mail.fault?.isShops == true
            table.add([
                mail.delivery.id.description, isRefused ? "refused" : mail.delivery.status.rawValue,
                mail.delivery.kind.rawValue,
                mail.delivery.orderID.description, String(mail.delivery.attempt), TimeText.moment(mail.updatedAt),
                mail.reason ?? "",
            ])
        }
        Terminal.write(table)
        if let next = page.nextCursor { Terminal.write("\nThere are more: --cursor \(next)") }
    }
}
