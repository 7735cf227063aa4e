import ArgumentParser

/// Orders of customers.
struct Orders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Look into orders.", subcommands: [OrdersShow.self])
}
