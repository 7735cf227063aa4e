import ArgumentParser

/// Orders of customers.
struct Orders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look into orders, call them off, take or give their money back.",
        subcommands: [OrdersShow.self, OrdersCapture.self, OrdersCancel.self, OrdersRefund.self])
}
