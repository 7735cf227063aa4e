import ArgumentParser
package import Domain
import Foundation
import Storage

/// Finds orders.
struct OrdersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List orders, latest first, all or those that fit every condition.")

    @Option(help: "The number on the invoice.")
    var number: Int64?

    @Option(help: "Where the order's emails go.")
    var email: String?

    @Option(help: "The account that placed it, by its id.")
    var customer: String?

    @Option(help: "The payment provider's id of the intent or of a refund.")
    var providerID: String?

    @Option(help: "Where the order stands. Repeat it for several.")
    var status: [OrderStatus] = []

    @Option(help: "How much of it is shipped.")
    var fulfillment: FulfillmentStatus?

    @Option(help: "Where its payment stands.")
    var paymentStatus: PaymentStatus?

    @Option(
        help: "Placed since then: a length of time such as 30m, 2h or 7d, or a time.", transform: JobArguments.since)
    var placedFrom: Date?

    @Option(help: "Placed before: a length of time ago, or a time.", transform: JobArguments.since)
    var placedTo: Date?

    @Option(help: "The order's currency, such as USD.")
    var currency: String?

    @Option(help: "With --currency: at least so much, such as 12.50.")
    var totalMin: String?

    @Option(help: "With --currency: at most so much, such as 100.")
    var totalMax: String?

    @Option(help: "How many at most, 1 to 100.")
    var limit = 50

    @Option(help: "Go on where the part before ended.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws { _ = try filter() }

    func run() async throws {
        let filter = try filter()
        let page = try await Services.use { services in
            try await services.orders.list(filter, page: PageRequest(limit: limit, cursor: cursor))
        }
        if json {
            let items = page.items.map(OrderSummaryDocument.init)
            return try Terminal.writeJSON(PageDocument(items: items, nextCursor: page.nextCursor))
        }
        if page.items.isEmpty { return Terminal.write("There are none.") }
        var table = Table([
            .text("number"), .text("status"), .text("fulfillment"), .text("payment"), .number("total"),
            .number("pieces"), .text("placed"), .wide("email"),
        ])
        for order in page.items {
            table.add([
                String(order.number), order.status.rawValue, order.fulfillment.rawValue, order.paymentStatus.rawValue,
                order.total.description, String(order.pieces), TimeText.moment(order.createdAt),
                order.email?.description ?? "erased",
            ])
        }
        Terminal.write(table)
        if let next = page.nextCursor { Terminal.write("\nThere are more: --cursor \(next)") }
    }

    /// The conditions. Throws `ValidationError` for what is none.
    func filter() throws -> OrderFilter {
        guard (1...100).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 100.") }
        var filter = OrderFilter()
        if let number, number < 1 { throw ValidationError("--number: expected a number such as 100042.") }
        filter.number = number
        filter.email = try email.map { text in
            guard let email = EmailAddress(rawValue: text) else {
                throw ValidationError("--email: expected an email address such as name@example.com.")
            }
            return email
        }
        filter.customerID = try customer.map { text in
            guard let id = User.ID(text) else { throw ValidationError("--customer: expected an id, a UUID.") }
            return id
        }
        filter.providerID = providerID
        filter.statuses = status
        filter.fulfillment = fulfillment
        filter.paymentStatus = paymentStatus
        (filter.placedFrom, filter.placedTo) = (placedFrom, placedTo)
        if let placedFrom, let placedTo, placedFrom >= placedTo {
            throw ValidationError("--placed-to: expected a time after --placed-from.")
        }
        guard let currency else {
            guard totalMin == nil, totalMax == nil else {
                throw ValidationError("--total-min and --total-max go with --currency.")
            }
            return filter
        }
        guard let unit = Currency(currency) else { throw ValidationError("--currency: expected a code such as USD.") }
        filter.currency = unit
        filter.totalMinimum = try totalMin.map { try AmountText.money($0, unit, of: "--total-min").amount }
        filter.totalMaximum = try totalMax.map { try AmountText.money($0, unit, of: "--total-max").amount }
        return filter
    }
}

extension OrderStatus: ExpressibleByArgument {}
extension FulfillmentStatus: ExpressibleByArgument {}
extension PaymentStatus: ExpressibleByArgument {}
