import ArgumentParser

/// Orders of customers.
struct Orders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look into orders, and give their money back.", subcommands: [OrdersShow.self, OrdersRefund.self])
}
