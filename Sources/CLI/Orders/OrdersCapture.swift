import ArgumentParser
import Domain
import Storage

/// Takes the money that is set aside for an order.
struct OrdersCapture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Take the money that is set aside for an order (PAYMENTS_CAPTURE=manual).",
        discussion: "A worker takes it; `cartwright orders show` tells what became of it.")

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(
        help:
            "How much of it, in the order's currency, such as 12.50; the rest is let go. Without it all that is held is taken."
    )
    var amount: String?

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            let part = try amount.map { try AmountText.money($0, order.currency) }
            let held = order.payment.flatMap { $0.authorized.amount > 0 ? $0.authorized : nil } ?? order.totals.total
            switch try await services.captures.request(order.id, amount: part, by: OperatorLog.actor) {
            case .requested: Terminal.write("the money of order \(order.number) will be taken: \(part ?? held)")
            case .alreadyRequested(let amount):
                throw Failure("\(amount) of this order is being taken already; the rest is let go with it.")
            case .exceedsAuthorized(let held): throw Failure("At most \(held) is held for this order.")
            case .wrongCurrency(let currency): throw Failure("The order is paid in \(currency).")
            case .alreadyCaptured: Terminal.write("the money of order \(order.number) was taken before")
            case .notChargeable(let step): throw Failure("Cards are charged and refunded in steps of \(step).")
            case .notAuthorized(let status):
                throw Failure("The order is \(status.rawValue): no money is set aside that could be taken.")
            case .unknownOrder: throw Failure("There is no such order.")
            }
        }
    }
}
