import ArgumentParser
import Domain
import Foundation
import Storage

/// What is in the house.
struct StockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock", abstract: "Show stock and its history, receive goods, count and correct.",
        subcommands: [
            StockList.self, StockLow.self, StockShow.self, StockHistoryCommand.self, StockReceive.self, StockSet.self,
            StockCorrect.self, StockThreshold.self,
        ])
}

/// A part of a list.
struct StockPage: ParsableArguments {
    @Option(help: "How many at most, 1 to 100.")
    var limit = 50

    @Option(help: "Go on where the part before ended.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 100.") }
    }

    var request: PageRequest { PageRequest(limit: limit, cursor: cursor) }

    /// Writes the units that fit.
    func write(_ filter: StockFilter) async throws {
        let page = try await Services.use { try await $0.stock.list(filter, page: request) }
        if json {
            let items = page.items.map(StockLevelDocument.init)
            return try Terminal.writeJSON(PageDocument(items: items, nextCursor: page.nextCursor))
        }
        if page.items.isEmpty { return Terminal.write("There are none.") }
        var table = Table([
            .text("sku"), .number("in the house"), .number("reserved"), .number("available"), .number("low at"),
            .text("low"), .wide("product"),
        ])
        for level in page.items {
            table.add([
                level.stock.sku.rawValue, String(level.stock.onHand), String(level.stock.reserved),
                String(level.stock.available), String(level.threshold), level.isLow ? "low" : "", level.name,
            ])
        }
        Terminal.write(table)
        writeNext(page.nextCursor)
    }

    func writeNext(_ cursor: String?) {
        if let cursor { Terminal.write("\nThere are more: --cursor \(cursor)") }
    }
}

/// Units by SKU.
struct StockList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List units by SKU, all or those that fit every condition.")

    @Option(help: "Words in the product's name, description or SKU.")
    var search: String?

    @Flag(help: "Only those that are low.")
    var low = false

    @OptionGroup var page: StockPage

    func run() async throws {
        try await page.write(StockFilter(search: search, isLow: low ? true : nil))
    }
}

/// Units that are low.
struct StockLow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "low",
        abstract: "List units of which no more can be promised than their threshold (STOCK_LOW_THRESHOLD).")

    @OptionGroup var page: StockPage

    func run() async throws { try await page.write(StockFilter(isLow: true)) }
}

/// One unit.
struct StockShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show the stock of one unit.")

    @Argument(help: "The SKU.", transform: StockArguments.sku)
    var sku: SKU

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        guard let (level, taken) = try await Services.use({ try await $0.stock.level(sku) }) else {
            throw StockArguments.unknown(sku)
        }
        if json { return try Terminal.writeJSON(StockUnitDocument(level, takenSinceChange: taken)) }
        var facts = FactSheet()
        facts.add("SKU", level.stock.sku.rawValue)
        facts.add("Product", level.name)
        facts.add("Listed", level.isActive ? "yes" : "no")
        facts.add("In the house", String(level.stock.onHand))
        facts.add("Reserved", String(level.stock.reserved))
        facts.add("Available", String(level.stock.available))
        facts.add("Low at", "\(level.threshold), \(level.ownThreshold == nil ? "the shop's" : "its own")")
        facts.add("Low", level.isLow ? "yes" : "no")
        facts.add("Taken by orders since the last change", taken.map(String.init))
        Terminal.write(facts)
        Terminal.write("\nHistory: cartwright stock history \(level.stock.sku)")
    }
}

/// What changed a unit's stock.
struct StockHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the changes of a unit's stock, latest first.",
        discussion: "What orders took is not listed piece by piece: it stands beside the change after it.")

    @Argument(help: "The SKU.", transform: StockArguments.sku)
    var sku: SKU

    @OptionGroup var page: StockPage

    func run() async throws {
        guard let found = try await Services.use({ try await $0.stock.changes(of: sku, page: page.request) }) else {
            throw StockArguments.unknown(sku)
        }
        if page.json {
            let items = found.items.map(StockChangeDocument.init)
            return try Terminal.writeJSON(PageDocument(items: items, nextCursor: found.nextCursor))
        }
        if found.items.isEmpty { return Terminal.write("There are none.") }
        var table = Table([
            .text("time"), .text("reason"), .number("taken before"), .number("before"), .number("after"),
            .text("reference"), .text("by"), .wide("note"),
        ])
        for change in found.items {
            table.add([
                TimeText.moment(change.at), change.reason.rawValue, change.consumedBefore.map(String.init) ?? "",
                String(change.before), String(change.after),
                change.reference ?? change.orderID.map { "order \($0)" } ?? "", change.actor, change.note ?? "",
            ])
        }
        Terminal.write(table)
        page.writeNext(found.nextCursor)
    }
}

/// Reads arguments that name units and pieces, with errors that say what was expected.
enum StockArguments {
    static func sku(_ text: String) throws -> SKU {
        guard let sku = SKU(rawValue: text) else {
            throw ValidationError("expected a SKU such as KIT-00001; `cartwright stock list` lists them.")
        }
        return sku
    }

    static func unknown(_ sku: SKU) -> Failure {
        Failure("There is no unit \(sku).", advice: "List them with: cartwright stock list")
    }

    /// Reads `PEN=5` or `PEN=-2`.
    static func pieces(_ text: String) throws -> (sku: SKU, number: Int) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        let most = StockCorrection.maximumOnHand
        guard parts.count == 2, let sku = SKU(rawValue: String(parts[0])), let number = Int(parts[1]),
            (-most...most).contains(number)
        else {
            throw ValidationError("\(text): expected a SKU and a number of at most \(most), such as PEN=5.")
        }
        return (sku, number)
    }

    /// The lines of a request. Throws `ValidationError` for what the reason does not allow.
    static func lines(
        _ texts: [String], for reason: StockChangeReason, as amount: (Int) -> StockAmount
    ) throws -> [StockRequest.Line] {
        let lines = try texts.map { text in
            let (sku, number) = try pieces(text)
            let amount = amount(number)
            if case .to(let number) = amount, number < 0 { throw ValidationError("\(text): expected 0 or more.") }
            guard reason.allows(amount) else {
                throw ValidationError("\(text): this is not what a change by reason of \(reason.rawValue) does.")
            }
            return StockRequest.Line(sku, amount)
        }
        try check(lines)
        return lines
    }

    /// Throws `ValidationError` for too many lines, and for a unit that is named twice.
    static func check(_ lines: [StockRequest.Line]) throws {
        guard (1...StockRequest.maximumLines).contains(lines.count) else {
            throw ValidationError("expected 1 to \(StockRequest.maximumLines) units.")
        }
        if Set(lines.map(\.sku)).count < lines.count { throw ValidationError("name each unit once.") }
    }
}
