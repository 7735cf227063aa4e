import ArgumentParser
import Domain
import Storage

/// Calls an order off.
struct OrdersCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Call an order off and give back what was paid.",
        discussion:
            "Where the payment is under way a worker calls it off first; `cartwright orders show` tells what became of it."
    )

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            switch try await services.orders.cancel(
                order.id, by: .staff, reason: "requested_by_operator", actor: OperatorLog.actor)
            {
            case .cancelled: Terminal.write("order \(order.number) is cancelled")
            case .started: Terminal.write("the payment of order \(order.number) is being called off")
            case .alreadyOver(let order): Terminal.write("order \(order.number) was \(order.status.rawValue) before")
            case .alreadySent:
                throw Failure(
                    "The goods of this order have left the house.", advice: "Give the money back with `orders refund`.")
            case .unknownOrder: throw Failure("There is no such order.")
            }
        }
    }
}
