import ArgumentParser
import Foundation
package import Storage

extension WebhookStore.Selection: ExpressibleByArgument {}

/// Events of the payment provider.
struct PaymentsEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "List events of the payment provider, the latest first: waiting, handled, ignored, or unmatched.")

    @Option(
        help: "Only events in this state: waiting, handled, ignored, unmatched (handled, and not joined to anything).")
    var state: WebhookStore.Selection?

    @Option(help: "How many, 1 to 100.")
    var limit = 50

    @Option(help: "Where to go on: what the page before ended with.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 100.") }
    }

    func run() async throws {
        let page = try await Services.use { services in
            try await services.webhooks.events(state, page: PageRequest(limit: limit, cursor: cursor))
        }
        if json {
            try Terminal.writeJSON(
                PageDocument(items: page.items.map(WebhookEventDocument.init), nextCursor: page.nextCursor))
            return
        }
        if page.items.isEmpty {
            Terminal.write("No event matches.")
            return
        }
        var table = Table([
            .text("id"), .text("type"), .text("state"), .text("outcome"), .text("received"), .text("about"),
            .text("replay"), .wide("note"),
        ])
        for event in page.items {
            table.add([
                event.id, event.type, event.state.rawValue, event.outcome ?? "–", TimeText.moment(event.receivedAt),
                event.objectID ?? "–",
                event.canReplay ? "possible" : "–", event.note ?? "",
            ])
        }
        Terminal.write(table)
        if let cursor = page.nextCursor { Terminal.write("\nMore: add --cursor \(cursor)") }
    }
}

/// Has events acted on again.
struct PaymentsReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Have events acted on again whose job died or was discarded, that were ignored, or that could not "
            + "be joined to anything."
    )

    @Argument(help: "The provider's ids of the events.")
    var ids: [String] = []

    @Flag(help: "All events that wait, or that are in --state.")
    var all = false

    @Option(help: "With --all: waiting, ignored or unmatched.")
    var state: WebhookStore.Selection = .waiting

    func validate() throws {
        if all != ids.isEmpty { throw ValidationError("give the ids of events, or --all.") }
        if state == .handled { throw ValidationError("--state: expected waiting, ignored or unmatched.") }
    }

    func run() async throws {
        try await Services.use { services in
            if all {
                let entry = OperatorLog.entry("webhook_events.replayed", "webhook_events", state.rawValue)
                let count = try await services.webhooks.replayAll(state, noting: entry)
                return Terminal.write("\(counted(count, "event")) will be acted on again.")
            }
            for id in ids {
                let entry = OperatorLog.entry("webhook_event.replayed", "webhook_event", id)
                try EventReport.write(
                    try await services.webhooks.replay(id, noting: entry), id, "will be acted on again")
            }
        }
    }
}

/// Leaves an event as it is, on a person's word.
struct PaymentsIgnore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ignore", abstract: "Mark an event as needing no action. It can be replayed later.")

    @Argument(help: "The provider's id of the event.")
    var id: String

    @Option(help: "Why.")
    var note: String

    func validate() throws {
        guard (1...1000).contains(note.count) else { throw ValidationError("--note: expected 1 to 1000 characters.") }
    }

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry("webhook_event.ignored", "webhook_event", id, details: ["note": note])
            let change = try await services.webhooks.ignore(id, note: note, by: OperatorLog.actor, noting: entry)
            try EventReport.write(change, id, "is ignored")
        }
    }
}

/// What is said of a change of an event.
private enum EventReport {
    static func write(_ change: WebhookEventChange, _ id: String, _ outcome: String) throws {
        switch change {
        case .done: Terminal.write("\(id) \(outcome)")
        case .handled(let event):
            throw Failure("\(id) was acted on: \(event.outcome ?? "handled"). What it said is no longer kept.")
        case .unknown: throw Failure("There is no event \(id).", advice: "List them with: cartwright payments events")
        }
    }
}
