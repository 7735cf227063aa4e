import ArgumentParser
import Domain
import Foundation
import Storage

/// Gives money back.
struct OrdersRefund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "Give the money of an order back: all that is left, an amount, or what some pieces cost.",
        discussion:
            "The refund is noted at once and carried out by a worker; `cartwright orders show` tells what became of it."
    )

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(
        help:
            "How much, in the order's currency, such as 12.50. Without it the pieces' price goes back, or without pieces all that is left."
    )
    var amount: String?

    @Option(name: .customLong("item"), help: "Pieces that it is for, by SKU and number: PEN=2. Repeat it for several.")
    var items: [String] = []

    @Option(help: "requested_by_customer, duplicate or fraudulent.")
    var reason = RefundReason.requestedByCustomer.rawValue

    @Flag(help: "With --item: the pieces came back and can be sold again, once the refund stands.")
    var restock = false

    @Option(help: "Names this refund, so that running the command again does not give the money back twice.")
    var key: String?

    func run() async throws {
        guard let reason = RefundReason(rawValue: reason), reason.isForPeople else {
            throw ValidationError("--reason: expected requested_by_customer, duplicate or fraudulent.")
        }
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            let wish = RefundWish(
                orderID: order.id, amount: try amount.map { try AmountText.money($0, order.currency) },
                items: try items.map { try Self.item($0, restock: restock, in: order) }, reason: reason,
                key: key ?? UUID().uuidString, actor: OperatorLog.actor)
            try Self.report(try await services.refunds.request(wish), order)
        }
    }

    func validate() throws {
        if restock && items.isEmpty {
            throw ValidationError("--restock: name the pieces that came back with --item SKU=NUMBER.")
        }
        let names = items.map { $0.prefix { $0 != "=" } }
        if Set(names).count < names.count {
            throw ValidationError("--item: name each product once and give its number.")
        }
    }

    static func item(_ text: String, restock: Bool, in order: Order) throws -> RefundWish.Item {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let quantity = Int(parts[1]), (1...999).contains(quantity) else {
            throw ValidationError("--item: expected a SKU and a number, such as PEN=2.")
        }
        guard let line = order.items.first(where: { $0.sku.rawValue == parts[0] }) else {
            let skus = order.items.map(\.sku.rawValue).joined(separator: ", ")
            throw Failure("The order has no line \(parts[0]).", advice: "It has: \(skus)")
        }
        return RefundWish.Item(productID: line.productID, quantity: quantity, restock: restock)
    }

    private static func report(_ outcome: RefundOutcome, _ order: Order) throws {
        switch outcome {
        case .accepted(let refund):
            Terminal.write("\(refund.amount) of order \(order.number) will go back: refund \(refund.id)")
        case .replayed(let refund):
            Terminal.write(
                "this refund was asked for before: \(refund.id), \(refund.amount), \(refund.status.rawValue)")
        case .keyReused:
            throw Failure("This key named another refund before.", advice: "Use a new --key for a new refund.")
        case .exceedsCaptured(let refundable):
            throw Failure("At most \(refundable) of this order can still be given back.")
        case .unknownItem(let product): throw Failure("The order has no line of product \(product).")
        case .tooManyPieces(let product, let left):
            let sku = order.items.first { $0.productID == product }?.sku.rawValue ?? product.description
            throw Failure("At most \(left) of \(sku) were not given back before.")
        case .worthNothing: throw Failure("These pieces cost nothing.", advice: "Give an --amount as well.")
        case .notChargeable(let step): throw Failure("Cards are charged and refunded in steps of \(step).")
        case .wrongCurrency(let currency): throw Failure("The order was paid in \(currency).")
        case .notPaid(let status):
            throw Failure("The order is \(status.rawValue): no money was taken that could be given back.")
        case .unknownOrder: throw Failure("There is no such order.")
        }
    }
}
