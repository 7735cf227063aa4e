import ArgumentParser
import Bootstrap
import Domain
import Foundation
import Storage

/// How goods are sent.
struct Shipping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See, add and stop shipping methods: where they go, and what they cost.",
        subcommands: [ShippingList.self, ShippingAdd.self, ShippingStop.self], defaultSubcommand: ShippingList.self)
}

/// The methods there are.
struct ShippingList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List shipping methods, latest first.")

    @Option(help: "How many at most, 1 to 100.")
    var limit = 50

    @Option(help: "Go on where the part before ended.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let page = try await Services.use { services in
            try await services.shippingMethods.list(PageRequest(limit: limit, cursor: cursor))
        }
        if json {
            let items = page.items.map(ShippingMethodDocument.init)
            return try Terminal.writeJSON(PageDocument(items: items, nextCursor: page.nextCursor))
        }
        if page.items.isEmpty { return Terminal.write("There are none: the shop sends for nothing, everywhere.") }
        var table = Table([.text("code"), .text("active"), .text("name"), .text("costs"), .wide("countries")])
        for record in page.items {
            let method = record.method
            table.add([
                method.code.rawValue, method.isActive ? "yes" : "no", method.name,
                method.rates.map { rate in
                    rate.minimumTotal.amount == 0 ? "\(rate.price)" : "\(rate.price) from \(rate.minimumTotal)"
                }.joined(separator: ", "),
                method.countries?.sorted().joined(separator: " ") ?? "everywhere",
            ])
        }
        Terminal.write(table)
        if let cursor = page.nextCursor { Terminal.write("\nThere are more: --cursor \(cursor)") }
    }
}

/// Adds one.
struct ShippingAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a shipping method. From the first one on, goods go only where one goes.")

    @Argument(help: "What programs call it, such as standard.")
    var code: String

    @Argument(help: "What customers read, such as \"Standard, 3 days\".")
    var name: String

    @Option(help: "What it costs in the shop's currency, such as 4.90, or 0.")
    var price: String

    @Option(help: "Free for goods of so much, such as 50.00.")
    var freeFrom: String?

    @Option(help: "A country it goes to, such as DE. Repeat it for several; without it, everywhere.")
    var country: [String] = []

    func validate() throws {
        guard ShippingCode(rawValue: code) != nil else {
            throw ValidationError("A code has 1 to 40 lower-case letters, digits and hyphens.")
        }
        guard (1...100).contains(name.unicodeScalars.count),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw ValidationError("The name has 1 to 100 characters.") }
        for country in country where Country(rawValue: country) == nil {
            throw ValidationError("There is no country \(country); expected two letters of ISO 3166-1, such as DE.")
        }
    }

    func run() async throws {
        guard let code = ShippingCode(rawValue: code) else { return }
        try await Services.use { services in
            let currency = services.settings.shop.currency
            func money(_ text: String, of option: String) throws -> Money {
                let money = try AmountText.money(text, currency, of: option)
                guard money.isChargeable else {
                    throw Failure("\(option) is \(money).", advice: "Give an amount that can be charged.")
                }
                return money
            }
            let cost = price == "0" ? Money.zero(currency) : try money(price, of: "--price")
            var rates = [ShippingMethod.Rate(minimumTotal: .zero(currency), price: cost)]
            if let freeFrom {
                rates.append(.init(minimumTotal: try money(freeFrom, of: "--free-from"), price: .zero(currency)))
            }
            let method = ShippingMethod(
                code: code, name: name, countries: country.isEmpty ? nil : Set(country), rates: rates)
            let entry = OperatorLog.entry("shipping_method.added", "shipping_method", method.id.description)
            switch try await services.shippingMethods.add(method, noting: entry) {
            case .saved, .unknown: Terminal.write("Added: \(method.code)")
            case .codeTaken: throw Failure("Another shipping method has this code.", advice: "Choose another code.")
            case .tooManyActive(let limit):
                throw Failure("At most \(limit) shipping methods can be active.", advice: "Stop one of them first.")
            }
        }
    }
}

/// Stops one.
struct ShippingStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Send nothing this way any more. Orders keep it. Without any method the shop sends for nothing.")

    @Argument(help: "Its code.")
    var code: String

    func run() async throws {
        try await Services.use { services in
            guard let code = ShippingCode(rawValue: code),
                let method = try await services.shippingMethods.method(code: code)?.method
            else {
                throw Failure(
                    "There is no shipping method \(code).", advice: "See them with: cartwright shipping list")
            }
            var change = ShippingMethodChange()
            change.isActive = false
            let entry = OperatorLog.entry("shipping_method.changed", "shipping_method", method.id.description)
            _ = try await services.shippingMethods.change(method.id, change, noting: entry)
            Terminal.write("\(method.code) is stopped.")
        }
    }
}
