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

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            switch try await services.captures.request(order.id, by: OperatorLog.actor) {
            case .requested: Terminal.write("the money of order \(order.number) will be taken: \(order.totals.total)")
            case .alreadyCaptured: Terminal.write("the money of order \(order.number) was taken before")
            case .notAuthorized(let status): throw Failure("The order is \(status.rawValue): no money is set aside that could be taken.")
            case .unknownOrder: throw Failure("There is no such order.")
            }
        }
    }
}
