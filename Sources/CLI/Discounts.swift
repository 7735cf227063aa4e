import ArgumentParser
import Bootstrap
import Domain
import Foundation
import Storage

/// What makes orders cheaper.
struct Discounts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See, add and stop discounts: with a code, or by themselves.",
        subcommands: [DiscountsList.self, DiscountsShow.self, DiscountsAdd.self, DiscountsStop.self],
        defaultSubcommand: DiscountsList.self)
}

/// The discounts there are.
struct DiscountsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List discounts, latest first.")

    @Flag(help: "Only those that are active.")
    var active = false

    @Option(help: "How many at most, 1 to 100.")
    var limit = 50

    @Option(help: "Go on where the part before ended.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let page = try await Services.use { services in
            try await services.discounts.list(
                PageRequest(limit: limit, cursor: cursor), isActive: active ? true : nil)
        }
        if json {
            let items = page.items.map(DiscountDocument.init)
            return try Terminal.writeJSON(PageDocument(items: items, nextCursor: page.nextCursor))
        }
        if page.items.isEmpty { return Terminal.write("There are none.") }
        var table = Table([
            .text("id"), .text("code"), .text("takes off"), .text("used"), .text("active"), .wide("title"),
        ])
        for record in page.items {
            let discount = record.discount
            table.add([
                discount.id.description, discount.code?.rawValue ?? "by itself", DiscountText.effect(discount),
                DiscountText.uses(record), discount.isActive ? "yes" : "no", discount.title,
            ])
        }
        Terminal.write(table)
        if let cursor = page.nextCursor { Terminal.write("\nThere are more: --cursor \(cursor)") }
    }
}

/// One discount.
struct DiscountsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one discount.")

    @Argument(help: "Its code, or its id.")
    var name: String

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let record = try await Services.use { services in try await services.discounts.named(name) }
        if json { return try Terminal.writeJSON(DiscountDocument(record)) }
        let discount = record.discount
        var facts = FactSheet()
        facts.add("Id", discount.id.description)
        facts.add("Code", discount.code?.rawValue ?? "none: it applies by itself")
        facts.add("Title", discount.title)
        facts.add("Takes off", DiscountText.effect(discount))
        if let minimum = discount.minimum { facts.add("Minimum", minimum.description) }
        if let from = discount.startsAt { facts.add("From", TimeText.moment(from)) }
        if let to = discount.endsAt { facts.add("Until", TimeText.moment(to)) }
        facts.add("Used", DiscountText.uses(record))
        if let limit = discount.maximumUsesPerCustomer { facts.add("Each customer", counted(limit, "time")) }
        if discount.isFirstOrderOnly { facts.add("For", "a customer's first order") }
        facts.add("Combines", discount.combines ? "with others that do" : "with none")
        facts.add("Active", discount.isActive ? "yes" : "no")
        Terminal.write(facts)
    }
}

/// Adds one.
struct DiscountsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a discount: give --percent, --amount or --free-shipping.")

    @Argument(help: "What customers read, such as \"Summer sale\".")
    var title: String

    @Option(help: "What customers type. Without it the discount applies by itself.")
    var code: String?

    @Option(help: "A share of the goods, such as 12.5.")
    var percent: String?

    @Option(help: "An amount in the shop's currency, such as 10.00.")
    var amount: String?

    @Flag(help: "What sending costs.")
    var freeShipping = false

    @Option(help: "The goods must cost so much, such as 50.00.")
    var minimum: String?

    @Option(help: "From when on it applies, a time such as 2026-12-01T00:00:00Z.", transform: DiscountText.time)
    var from: Date?

    @Option(help: "From when on it does not apply any more.", transform: DiscountText.time)
    var until: Date?

    @Option(help: "How many orders may have it.")
    var maxUses: Int?

    @Option(help: "How many orders of one customer may have it.")
    var maxUsesPerCustomer: Int?

    @Flag(help: "Only for a customer's first order.")
    var firstOrder = false

    @Flag(help: "It may be given together with others that combine.")
    var combines = false

    func validate() throws {
        guard (1...100).contains(title.unicodeScalars.count), !title.unicodeScalars.contains(where: \.isControl) else {
            throw ValidationError("The title has 1 to 100 characters.")
        }
        if let code, DiscountCode(rawValue: code) == nil {
            throw ValidationError("A code has 1 to 40 letters, digits, hyphens and underscores.")
        }
        guard [percent != nil, amount != nil, freeShipping].count(where: \.self) == 1 else {
            throw ValidationError("Give --percent, --amount or --free-shipping.")
        }
        if let percent, PercentText.basisPoints(percent) == nil {
            throw ValidationError("--percent is a number from 0.01 to 100 with at most two decimals.")
        }
        for (name, number) in [("--max-uses", maxUses), ("--max-uses-per-customer", maxUsesPerCustomer)] {
            if let number, !(1...1_000_000_000).contains(number) {
                throw ValidationError("\(name) is a number from 1 to 1,000,000,000.")
            }
        }
    }

    func run() async throws {
        let record = try await Services.use { services in
            let currency = services.settings.shop.currency
            func money(_ text: String, of option: String) throws -> Money {
                let money = try AmountText.money(text, currency, of: option)
                guard money.amount > 0, money.isChargeable else {
                    throw Failure("\(option) is \(money).", advice: "Give an amount above zero that can be charged.")
                }
                return money
            }
            let effect: Discount.Effect
            if let points = percent.flatMap(PercentText.basisPoints) {
                effect = .percentage(basisPoints: points)
            } else if freeShipping {
                effect = .freeShipping
            } else {
                effect = .fixed(try money(amount ?? "", of: "--amount"))
            }
            let discount = Discount(
                code: code.flatMap { DiscountCode(rawValue: $0) }, title: title, effect: effect,
                minimum: try minimum.map { try money($0, of: "--minimum") }, startsAt: from, endsAt: until,
                maximumUses: maxUses, maximumUsesPerCustomer: maxUsesPerCustomer, isFirstOrderOnly: firstOrder,
                combines: combines)
            let entry = OperatorLog.entry("discount.added", "discount", discount.id.description)
            return try DiscountText.record(try await services.discounts.add(discount, noting: entry))
        }
        Terminal.write("Added: \(DiscountText.effect(record.discount)) off, \(record.discount.id)")
    }
}

/// Stops one.
struct DiscountsStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Give a discount to no order any more. Orders that have it keep it.")

    @Argument(help: "Its code, or its id.")
    var name: String

    func run() async throws {
        try await Services.use { services in
            let discount = try await services.discounts.named(name).discount
            var change = DiscountChange()
            change.isActive = false
            let entry = OperatorLog.entry("discount.changed", "discount", discount.id.description)
            _ = try DiscountText.record(try await services.discounts.change(discount.id, change, noting: entry))
            Terminal.write("\(discount.code?.rawValue ?? discount.title) is stopped.")
        }
    }
}

extension DiscountStore {
    /// By code or by id.
    fileprivate func named(_ name: String) async throws -> DiscountRecord {
        if let id = Discount.ID(name), let record = try await discount(id) { return record }
        if let code = DiscountCode(rawValue: name), let record = try await discount(code: code) { return record }
        throw Failure("There is no discount \(name).", advice: "See them with: cartwright discounts list")
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

/// How discounts are written and read.
private enum DiscountText {
    static func effect(_ discount: Discount) -> String {
        switch discount.effect {
        case .percentage(let points): "\(PercentText.text(points)) %"
        case .fixed(let money): money.description
        case .freeShipping: "shipping"
        }
    }

    static func uses(_ record: DiscountRecord) -> String {
        guard let uses = record.uses, let limit = record.discount.maximumUses else { return "without limit" }
        return "\(uses) of \(limit)"
    }

    @Sendable static func time(_ text: String) throws -> Date {
        guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601) else {
            throw ValidationError("Expected a time such as 2026-12-01T00:00:00Z.")
        }
        return date
    }

    static func record(_ outcome: DiscountOutcome) throws -> DiscountRecord {
        switch outcome {
        case .saved(let record): return record
        case .unknown: throw Failure("There is no such discount.", advice: "See them with: cartwright discounts list")
        case .codeTaken: throw Failure("Another discount has this code.", advice: "Choose another code.")
        case .endsBeforeStart: throw Failure("It would end before it begins.", advice: "Give --until after --from.")
        case .tooManyAutomatic(let limit):
            throw Failure(
                "At most \(limit) discounts without a code can be active.", advice: "Stop one of them first.")
        }
    }
}
