import ArgumentParser
import Bootstrap
import Domain
import Foundation
import JobQueue
import Postgres
import Storage

/// The exchange rates that prices are converted with.
struct Rates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See exchange rates, decide about sets that moved too far, ask for newer ones.",
        subcommands: [RatesList.self, RatesApprove.self, RatesReject.self, RatesRefresh.self],
        defaultSubcommand: RatesList.self)
}

/// The rates in use and the sets that wait.
struct RatesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rates in use, and the sets that moved too far and wait for a decision."
    )

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let status = try await Services.use { services in try await services.rates.status() }
        if json {
            try Terminal.writeJSON(RateDocument(status))
            return
        }
        Terminal.write(Self.facts(of: status))
        if let set = status.current?.set {
            Terminal.write("")
            var table = Table([.text("currency"), .number("for one \(set.base)")])
            for (currency, rate) in set.rates.sorted(by: { $0.key < $1.key }) {
                table.add([currency.code, rate.description])
            }
            Terminal.write(table)
        }
        guard !status.held.isEmpty else { return }
        Terminal.write("\nWaiting for a decision (cartwright rates approve|reject <id>):")
        var table = Table([.text("id"), .text("date"), .text("source"), .text("came"), .wide("moved")])
        for held in status.held {
            table.add([
                held.set.id.description, held.set.date.description, held.set.source, TimeText.moment(held.fetchedAt),
                status.moves(of: held).map(\.description).joined(separator: ", "),
            ])
        }
        Terminal.write(table)
    }

    private static func facts(of status: RateStatus) -> FactSheet {
        var facts = FactSheet()
        guard let current = status.current else {
            facts.add("Rates", "none yet")
            return facts
        }
        facts.add("Set", current.set.id.description)
        facts.add("Date", "\(current.set.date)\(status.ageDays.map { ", \(counted($0, "day")) old" } ?? "")")
        facts.add("Source", current.set.source)
        facts.add("Came", TimeText.moment(current.fetchedAt))
        facts.add("Checked", TimeText.moment(current.checkedAt))
        return facts
    }
}

/// Takes a held set over.
struct RatesApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Convert prices with a set that moved too far to be taken over by itself.")

    @Argument(help: "The set's id.", transform: RateArguments.id)
    var id: RateSet.ID

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry("rates.approved", "rate_set", id.description)
            switch try await services.rates.approve(id, noting: entry) {
            case .approved: Terminal.write("The set \(id) is in use.")
            case .outdated(let date):
                throw Failure(
                    "The rates in use are of \(date), newer than this set.",
                    advice: "Rates never go back; reject the set.")
            case .notHeld: throw RateArguments.notHeld(id)
            }
        }
    }
}

/// Turns a held set down.
struct RatesReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Turn a set down that moved too far. The same rates are not held again.")

    @Argument(help: "The set's id.", transform: RateArguments.id)
    var id: RateSet.ID

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry("rates.rejected", "rate_set", id.description)
            guard try await services.rates.reject(id, noting: entry) else { throw RateArguments.notHeld(id) }
            Terminal.write("The set \(id) is turned down; the rates in use stay.")
        }
    }
}

/// Asks the source now.
struct RatesRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Let a worker ask the source for newer rates now, and not at the next hour.")

    func run() async throws {
        try await Services.use { services in
            let job = try JobLedger.insertion(of: RefreshRates())
            try await services.database.execute(job.statement)
            await services.connections.dispatcher.push([job])
            try await services.audit.note("rates.refreshed", "job", job.id.description)
            Terminal.write("Job \(job.id) is on its way; see it with: cartwright jobs show \(job.id)")
        }
    }
}

/// What the commands about rates have in common.
enum RateArguments {
    static func id(_ text: String) throws -> RateSet.ID {
        guard let id = RateSet.ID(text) else { throw ValidationError("expected the id of a set of rates, a UUID.") }
        return id
    }

    static func notHeld(_ id: RateSet.ID) -> Failure {
        Failure("No set \(id) waits for a decision.", advice: "See those that do with: cartwright rates")
    }
}

/// The rates for scripts.
struct RateDocument: Encodable {
    struct Item: Encodable {
        let id: String
        let status: String
        let source: String
        let base: String
        let date: String
        let fetchedAt: String
        let checkedAt: String
        let rates: [String: String]
    }

    struct Move: Encodable {
        let currency: String
        let base: String
        let old: String
        let new: String
    }

    struct Held: Encodable {
        let set: Item
        let moves: [Move]
    }

    let current: Item?
    let ageDays: Int?
    let held: [Held]

    init(_ status: RateStatus) {
        current = status.current.map(Item.init)
        ageDays = status.ageDays
        held = status.held.map { record in
            Held(
                set: Item(record),
                moves: status.moves(of: record).map {
                    Move(
                        currency: $0.currency.code, base: $0.base.code, old: $0.old.description, new: $0.new.description
                    )
                })
        }
    }
}

extension RateDocument.Item {
    init(_ record: RateSetRecord) {
        self.init(
            id: record.set.id.description, status: record.status.rawValue, source: record.set.source,
            base: record.set.base.code,
            date: record.set.date.description, fetchedAt: TimeText.stamp(record.fetchedAt),
            checkedAt: TimeText.stamp(record.checkedAt),
            rates: Dictionary(uniqueKeysWithValues: record.set.rates.map { ($0.key.code, $0.value.description) }))
    }
}
