import ArgumentParser
import Domain
import Foundation
import Storage

/// Gives money back.
struct OrdersRefund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund", abstract: "Give the money of an order back, all that is left or part of it.",
        discussion: "The refund is noted at once and carried out by a worker; `cartwright orders show` tells what became of it.")

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(help: "How much, in the order's currency, such as 12.50. Without it all that is left goes back.")
    var amount: String?

    @Option(help: "requested_by_customer, duplicate or fraudulent.")
    var reason = RefundReason.requestedByCustomer.rawValue

    @Flag(help: "The goods came back and can be sold again.")
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
                orderID: order.id, amount: try amount.map { try AmountText.money($0, order.currency) }, reason: reason, restock: restock,
                key: key ?? UUID().uuidString, actor: OperatorLog.actor)
            try Self.report(try await services.refunds.request(wish), order)
        }
    }

    private static func report(_ outcome: RefundOutcome, _ order: Order) throws {
        switch outcome {
        case .accepted(let refund): Terminal.write("\(refund.amount) of order \(order.number) will go back: refund \(refund.id)")
        case .replayed(let refund):
            Terminal.write("this refund was asked for before: \(refund.id), \(refund.amount), \(refund.status.rawValue)")
        case .keyReused: throw Failure("This key named another refund before.", advice: "Use a new --key for a new refund.")
        case .exceedsCaptured(let refundable): throw Failure("At most \(refundable) of this order can still be given back.")
        case .notChargeable(let step): throw Failure("Cards are charged and refunded in steps of \(step).")
        case .wrongCurrency(let currency): throw Failure("The order was paid in \(currency).")
        case .notPaid(let status): throw Failure("The order is \(status.rawValue): no money was taken that could be given back.")
        case .unknownOrder: throw Failure("There is no such order.")
        }
    }
}
