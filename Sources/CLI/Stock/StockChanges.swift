import ArgumentParser
import Domain
import Foundation
import Storage

/// What every change of stock may say, and how its outcome is told.
struct StockChangeOptions: ParsableArguments {
    @Option(help: "The number of the delivery or of the count.")
    var reference: String?

    @Option(help: "What else is to be known of it, without personal data: history is kept for good.")
    var note: String?

    @Option(help: "Names this change, so that running the command again does not change stock twice.")
    var key: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        if let reference, !StockChange.isReference(reference) {
            throw ValidationError("--reference: expected 1 to 100 letters, digits, spaces and any of #-./:_")
        }
        if let note, !StockChange.isNote(note) {
            throw ValidationError(
                "--note: expected one line of 1 to \(StockChange.noteLength.upperBound) characters, without the "
                    + "number of a card.")
        }
        if let key, !(1...255).contains(key.unicodeScalars.count) {
            throw ValidationError("--key: expected 1 to 255 characters.")
        }
    }

    /// Changes all lines or none.
    func carryOut(_ lines: [StockRequest.Line], for reason: StockChangeReason) async throws {
        try await Self.carryOut(
            StockRequest(
                lines: lines, reason: reason, reference: reference, note: note, key: key ?? UUID().uuidString,
                actor: OperatorLog.actor), json: json)
    }

    static func carryOut(_ request: StockRequest, json: Bool) async throws {
        switch try await Services.use({ try await $0.stock.change(request) }) {
        case .changed(let changed): try write(changed, json: json)
        case .replayed(let changed):
            if !json { Terminal.write("this change was made before; the stock is now:") }
            try write(changed, json: json)
        case .keyReused:
            throw Failure("This key named another change before.", advice: "Use a new --key for a new change.")
        case .refused(let refusals):
            throw Failure(
                "Nothing was changed: \(counted(refusals.count, "line")) cannot be carried out.",
                advice: refusals.map { sentence($0, request.lines[$0.line].sku) }.joined(separator: "\n"))
        }
    }

    private static func write(_ changed: [ChangedStock], json: Bool) throws {
        if json {
            return try Terminal.writeJSON(
                PageDocument(items: changed.map(ChangedStockDocument.init), nextCursor: nil))
        }
        var table = Table([
            .text("sku"), .number("before"), .number("after"), .number("reserved"), .number("available"),
            .number("low at"), .text("low"),
        ])
        for item in changed {
            let level = item.level
            table.add([
                level.stock.sku.rawValue, item.change.map { String($0.before) } ?? "",
                item.change.map { String($0.after) } ?? "", String(level.stock.reserved),
                String(level.stock.available), String(level.threshold), level.isLow ? "low" : "",
            ])
        }
        Terminal.write(table)
    }

    private static func sentence(_ refusal: StockRefusal, _ sku: SKU) -> String {
        switch refusal.cause {
        case .unknown: "There is no unit \(sku)."
        case .rule(.changed, let stock): "\(sku) has \(stock.onHand) in the house by now."
        case .rule(.belowReserved(let minimum), let stock):
            "Of \(sku), \(stock.onHand) are in the house and \(minimum) are reserved, which stay."
        case .rule(.aboveMaximum(let maximum), _): "At most \(maximum) of \(sku) can be in the house."
        }
    }
}

/// Takes goods in.
struct StockReceive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Take goods in: all of a delivery or, when a line is wrong, none of it.")

    @Argument(help: "Pieces that came in, by SKU and number: PEN=5. Several at once are one delivery.")
    var items: [String]

    @OptionGroup var options: StockChangeOptions

    func validate() throws { _ = try lines() }

    func run() async throws { try await options.carryOut(try lines(), for: .received) }

    private func lines() throws -> [StockRequest.Line] {
        try StockArguments.lines(items, for: .received) { .by($0) }
    }
}

/// Says how many pieces there are.
struct StockSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Say how many pieces are in the house, as counted.",
        discussion: "Pieces that are reserved are in the house too: never fewer stay than that.")

    @Argument(help: "Pieces that are there, by SKU and number: PEN=5. Several at once are set together or not at all.")
    var items: [String]

    @Option(help: "Why: counted or correction.", transform: StockReason.parse)
    var reason: StockChangeReason = .counted

    @OptionGroup var options: StockChangeOptions

    func validate() throws { _ = try lines() }

    func run() async throws { try await options.carryOut(try lines(), for: reason) }

    private func lines() throws -> [StockRequest.Line] {
        try StockArguments.lines(items, for: reason) { .to($0) }
    }
}

/// Adds pieces or takes them away.
struct StockCorrect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct", abstract: "Add pieces or take them away, with a reason.",
        discussion: "Pieces that are reserved are never taken away.")

    @Argument(help: "How many more or fewer, by SKU: PEN=-2. Several at once are corrected together or not at all.")
    var items: [String]

    @Option(help: "Why: \(StockChangeReason.forPeople).", transform: StockReason.parse)
    var reason: StockChangeReason = .correction

    @OptionGroup var options: StockChangeOptions

    func validate() throws { _ = try lines() }

    func run() async throws { try await options.carryOut(try lines(), for: reason) }

    private func lines() throws -> [StockRequest.Line] {
        try StockArguments.lines(items, for: reason) { .by($0) }
    }
}

/// Says when units are low.
struct StockThreshold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold", abstract: "Say at how many available pieces units are low.")

    @Argument(help: "The SKUs.", transform: StockArguments.sku)
    var skus: [SKU]

    @Option(help: "So many pieces, or `shop` for the shop's own threshold (STOCK_LOW_THRESHOLD).")
    var at: String

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        try StockArguments.check(lines)
        _ = try threshold()
    }

    func run() async throws {
        try await StockChangeOptions.carryOut(
            StockRequest(lines: lines, threshold: try threshold(), actor: OperatorLog.actor), json: json)
    }

    private var lines: [StockRequest.Line] { skus.map { StockRequest.Line($0, nil) } }

    private func threshold() throws -> StockRequest.Threshold {
        if at == "shop" { return .shop }
        guard let number = Int(at), (0...StockCorrection.maximumOnHand).contains(number) else {
            throw ValidationError("--at: expected 0 to \(StockCorrection.maximumOnHand), or shop.")
        }
        return .own(number)
    }
}

/// Reads a reason that staff may give.
enum StockReason {
    static func parse(_ text: String) throws -> StockChangeReason {
        guard let reason = StockChangeReason(rawValue: text), reason.isForPeople else {
            throw ValidationError("expected one of \(StockChangeReason.forPeople).")
        }
        return reason
    }
}
