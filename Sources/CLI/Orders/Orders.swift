import ArgumentParser
import Domain
import Foundation
import Storage

/// Orders of customers.
struct Orders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find and show orders, ship or cancel them, capture or refund their payments.",
        subcommands: [
            OrdersList.self, OrdersShow.self, OrdersShip.self, OrdersCapture.self, OrdersCancel.self, OrdersRefund.self,
        ])
}

/// Cancels an order.
struct OrdersCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel an order and refund what was paid.",
        discussion:
            "Where the payment is under way a worker cancels it first; `cartwright orders show` shows the result."
    )

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            switch try await services.orders.cancel(
                order.id, by: .staff, reason: "requested_by_operator", actor: OperatorLog.actor)
            {
            case .canceled: Terminal.write("order \(order.number) is canceled")
            case .started: Terminal.write("the payment of order \(order.number) is being canceled")
            case .alreadyOver(let order): Terminal.write("order \(order.number) was \(order.status.rawValue) before")
            case .alreadyShipped:
                throw Failure(
                    "The order is shipped already.", advice: "Refund it with `orders refund`.")
            case .unknownOrder: throw Failure("There is no such order.")
            }
        }
    }
}

/// Captures the payment that is authorized for an order.
struct OrdersCapture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Capture the authorized payment of an order (PAYMENTS_CAPTURE=manual).",
        discussion: "A worker captures it; `cartwright orders show` shows the result.")

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(
        help:
            "How much, in the order's currency, such as 12.50; the rest is voided. Default: all that is authorized."
    )
    var amount: String?

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            let part = try amount.map { try AmountText.money($0, order.currency) }
            let held = order.payment.flatMap { $0.authorized.amount > 0 ? $0.authorized : nil } ?? order.totals.total
            switch try await services.captures.request(order.id, amount: part, by: OperatorLog.actor) {
            case .requested: Terminal.write("the payment of order \(order.number) will be captured: \(part ?? held)")
            case .alreadyRequested(let amount):
                throw Failure("\(amount) of this order is being captured already; the rest is voided with it.")
            case .exceedsAuthorized(let held): throw Failure("At most \(held) is authorized for this order.")
            case .wrongCurrency(let currency): throw Failure("The order is paid in \(currency).")
            case .alreadyCaptured: Terminal.write("the payment of order \(order.number) was captured before")
            case .notChargeable(let step): throw Failure("Cards are charged and refunded in steps of \(step).")
            case .notAuthorized(let status):
                throw Failure("The order is \(status.rawValue): no authorized payment can be captured.")
            case .unknownOrder: throw Failure("There is no such order.")
            }
        }
    }
}

/// Refunds an order or a part of it.
struct OrdersRefund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "Refund an order: all that is left, an amount, or what some pieces cost.",
        discussion:
            "The refund is requested at once and made by a worker; `cartwright orders show` shows the result."
    )

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(
        help: """
            How much, in the order's currency, such as 12.50. Default: the price of the pieces, or without pieces all \
            that was not refunded yet.
            """
    )
    var amount: String?

    @Option(name: .customLong("item"), help: "Pieces that it is for, by SKU and number: PEN=2. Repeat it for several.")
    var items: [String] = []

    @Option(help: "requested_by_customer, duplicate or fraudulent.")
    var reason = RefundReason.requestedByCustomer.rawValue

    @Flag(help: "With --item: the pieces came back and can be sold again, once the refund stands.")
    var restock = false

    @Option(help: "Names this refund, so that running the command again does not refund twice.")
    var key: String?

    func run() async throws {
        guard let reason = RefundReason(rawValue: reason), reason.isForPeople else {
            throw ValidationError("--reason: expected requested_by_customer, duplicate or fraudulent.")
        }
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            let request = RefundRequest(
                orderID: order.id, amount: try amount.map { try AmountText.money($0, order.currency) },
                items: try items.map { try Self.item($0, restock: restock, in: order) }, reason: reason,
                key: key ?? UUID().uuidString, actor: OperatorLog.actor)
            try Self.report(try await services.refunds.request(request), order)
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

    static func item(_ text: String, restock: Bool, in order: Order) throws -> RefundRequest.Item {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let quantity = Int(parts[1]), (1...999).contains(quantity) else {
            throw ValidationError("--item: expected a SKU and a number, such as PEN=2.")
        }
        guard let line = order.items.first(where: { $0.sku.rawValue == parts[0] }) else {
            let skus = order.items.map(\.sku.rawValue).joined(separator: ", ")
            throw Failure("The order has no line \(parts[0]).", advice: "It has: \(skus)")
        }
        return RefundRequest.Item(productID: line.productID, quantity: quantity, restock: restock)
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
            throw Failure("At most \(refundable) of this order can still be refunded.")
        case .unknownItem(let product): throw Failure("The order has no line of product \(product).")
        case .tooManyPieces(let product, let left):
            let sku = order.items.first { $0.productID == product }?.sku.rawValue ?? product.description
            throw Failure("At most \(left) of \(sku) can still be refunded.")
        case .worthNothing: throw Failure("These pieces cost nothing.", advice: "Give an --amount as well.")
        case .notChargeable(let step): throw Failure("Cards are charged and refunded in steps of \(step).")
        case .wrongCurrency(let currency): throw Failure("The order was paid in \(currency).")
        case .notPaid(let status):
            throw Failure("The order is \(status.rawValue): no captured payment can be refunded.")
        case .unknownOrder: throw Failure("There is no such order.")
        }
    }
}

/// Reads amounts as people write them.
enum AmountText {
    /// `12.50`, `12` or `0.5` in the units of a currency. Throws `ValidationError` for what is no amount above zero, or
    /// has more decimals than the currency.
    ///
    /// - Parameter option: which one it was given with.
    static func money(_ text: String, _ currency: Currency, of option: String = "--amount") throws -> Money {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count > 1 ? String(parts[1]) : ""
        let digits = parts[0] + decimals + String(repeating: "0", count: max(0, currency.exponent - decimals.count))
        let isNumber =
            !parts[0].isEmpty && (parts.count == 1 || !decimals.isEmpty)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, decimals.count <= currency.exponent, let amount = Int64(digits), amount > 0 else {
            throw ValidationError(
                "\(option): expected an amount in \(currency), such as "
                    + "\(Money(1250, currency).description.dropLast(4)).")
        }
        return Money(amount, currency)
    }
}

/// How people name an order: by the number on the invoice or by the id in URLs.
enum OrderReference: Hashable, Sendable {
    case number(Int64)
    case id(Order.ID)

    /// Reads `100042`, `#100042` or a UUID; nil for anything else.
    init?(_ argument: String) {
        if let id = Order.ID(argument) {
            self = .id(id)
        } else if let number = Int64(argument.hasPrefix("#") ? String(argument.dropFirst()) : argument), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// Reads an argument. Throws `ValidationError` that says what was expected.
    static func parse(_ text: String) throws -> OrderReference {
        guard let reference = OrderReference(text) else {
            throw ValidationError("expected an order's number such as 100042, or its id.")
        }
        return reference
    }
}
