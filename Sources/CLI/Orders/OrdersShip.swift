import ArgumentParser
import Domain
import Foundation
import Storage

/// Records that goods of an order are on their way.
struct OrdersShip: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ship",
        abstract: "Record that an order, or some pieces of it, are on their way, and tell the customer.",
        discussion: "Once for each run, or for each --key; the customer gets one email about it.")

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Option(
        name: .customLong("item"),
        help: "Pieces that are shipped, by SKU and number: PEN=2. Repeat it for several. Default: all that is left.")
    var items: [String] = []

    @Option(help: "Who carries it.")
    var carrier: String?

    @Option(help: "The carrier's number.")
    var trackingNumber: String?

    @Option(help: "The carrier's page about it, which the customer's email links.")
    var trackingURL: String?

    @Option(help: "Names this shipment, so that running the command again does not ship twice.")
    var key: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        let names = items.map { $0.prefix { $0 != "=" } }
        if Set(names).count < names.count {
            throw ValidationError("--item: name each product once and give its number.")
        }
        if let carrier {
            let isText = carrier.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            guard isText, (1...100).contains(carrier.unicodeScalars.count) else {
                throw ValidationError("--carrier: expected 1 to 100 characters.")
            }
        }
        if let trackingNumber, !ShipmentTracking.isNumber(trackingNumber) {
            throw ValidationError("--tracking-number: expected 1 to 100 letters, digits, spaces and hyphens.")
        }
        if let trackingURL, !ShipmentTracking.isURL(trackingURL) {
            throw ValidationError("--tracking-url: expected the address of a web page, https://… or http://…")
        }
        if let key, !(1...255).contains(key.unicodeScalars.count) {
            throw ValidationError("--key: expected 1 to 255 characters.")
        }
    }

    func run() async throws {
        try await Services.use { services in
            let order = try await OrderFile.open(order, with: services).order
            let pieces = try items.map { text in
                let item = try OrdersRefund.item(text, restock: false, in: order)
                return ShipmentRequest.Item(productID: item.productID, quantity: item.quantity)
            }
            let request = ShipmentRequest(
                orderID: order.id, items: pieces,
                tracking: ShipmentTracking(carrier: carrier, number: trackingNumber, url: trackingURL),
                key: key ?? UUID().uuidString, actor: OperatorLog.actor)
            try report(try await services.shipments.ship(request), order)
        }
    }

    private func report(_ outcome: ShipmentOutcome, _ order: Order) throws {
        switch outcome {
        case .shipped(let shipment):
            try report(shipment, "order \(order.number) is on its way: shipment \(shipment.id)")
        case .replayed(let shipment):
            try report(shipment, "this shipment was recorded before: \(shipment.id)")
        case .keyReused:
            throw Failure("This key named another shipment before.", advice: "Use a new --key for a new shipment.")
        case .unknownItem(let product): throw Failure("The order has no line of product \(product).")
        case .tooManyPieces(let product, let left):
            let sku = order.items.first { $0.productID == product }?.sku.rawValue ?? product.description
            throw Failure("At most \(left) of \(sku) are neither shipped nor refunded.")
        case .nothingLeft: throw Failure("Every piece of the order is shipped or refunded already.")
        case .tooManyShipments(let limit): throw Failure("An order has at most \(limit) shipments.")
        case .notCaptured:
            throw Failure(
                "The payment is authorized and not captured.",
                advice: "Capture it first: cartwright orders capture \(order.number)")
        case .beingRefunded: throw Failure("All that was paid for the order is refunded or being refunded.")
        case .notShippable(let status):
            throw Failure("The order is \(status.rawValue), or is being canceled: only paid orders are shipped.")
        case .unknownOrder: throw Failure("There is no such order.")
        }
    }

    private func report(_ shipment: Shipment, _ sentence: String) throws {
        if json { return try Terminal.writeJSON(ShipmentDocument(shipment)) }
        Terminal.write(sentence)
    }
}
