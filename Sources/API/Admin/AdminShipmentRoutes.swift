import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Resilience
import Storage

/// How staff ship orders. Every change goes to the audit log, in the transaction of the change.
struct AdminShipmentRoutes {
    let shipments: ShipmentStore

    func add(to routes: inout Routes) {
        routes.post("admin/orders/{id}/shipments", audience: .operators, limit: .admin, use: ship)
        routes.patch("admin/orders/{id}/shipments/{shipment_id}", audience: .operators, limit: .admin, use: change)
    }

    /// Answers once the shipment and the customer's email are durable.
    @Sendable func ship(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let id = try context.orderID()
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let body = try OrderShipmentRequest(try await request.optionalFields())
        let outcome = try await shipments.ship(
            ShipmentRequest(
                orderID: id, items: body.items, tracking: body.tracking, key: key, actor: .user(user),
                remoteAddress: context.remoteAddress))
        switch outcome {
        case .shipped(let shipment): return try JSONResponse.response(ShipmentDocument(shipment), status: .created)
        case .replayed(let shipment):
            return try JSONResponse.response(ShipmentDocument(shipment), headers: [.idempotentReplayed: "true"])
        case .keyReused: throw Problem.idempotencyKeyReused
        case .unknownItem(let product): throw Problem.unknownRefundItem(body.field(of: product))
        case .tooManyPieces(let product, let left): throw Problem.tooManyPieces(body.field(of: product), left: left)
        case .nothingLeft: throw Problem.nothingToShip
        case .tooManyShipments(let limit): throw Problem.tooManyShipments(limit)
        case .notCaptured: throw Problem.paymentNotCaptured
        case .beingRefunded: throw Problem.orderBeingRefunded
        case .notShippable(let status): throw Problem.orderNotShippable(status)
        case .unknownOrder: throw Problem.notFound("order")
        }
    }

    @Sendable func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let change = try Self.change(try await request.fields())
        guard let id = Shipment.ID(try context.parameters.require("shipment_id")),
            let shipment = try await shipments.change(
                id, of: try context.orderID(), change, by: .user(user), remoteAddress: context.remoteAddress)
        else { throw Problem.notFound("shipment") }
        return try JSONResponse.response(ShipmentDocument(shipment))
    }

    /// Body of `PATCH …/shipments/{shipment_id}`: at least one of its fields; null takes a value away.
    static func change(_ fields: consuming RequestFields) throws(Problem) -> ShipmentChange {
        var change = ShipmentChange()
        if fields.has("carrier") { change.carrier = fields.removable("carrier") { $0.carrier($1) } }
        if fields.has("tracking_number") {
            change.trackingNumber = fields.removable("tracking_number") { $0.trackingNumber($1) }
        }
        if fields.has("tracking_url") { change.trackingURL = fields.removable("tracking_url") { $0.trackingURL($1) } }
        if fields.has("delivered"), let isDelivered = fields.boolean("delivered") {
            if !isDelivered { fields.note("delivered", .notAllowed, "What was delivered stays so: expected true.") }
            change.isDelivered = isDelivered
        }
        guard fields.isComplete else { throw fields.rejection }
        if change == ShipmentChange() {
            throw .invalid("", .required, "Give carrier, tracking_number, tracking_url or delivered.")
        }
        return change
    }
}

/// Body of `POST /admin/orders/{id}/shipments`, which needs none.
struct OrderShipmentRequest: Equatable {
    /// As many lines as one request may name.
    static let maximumItems = 100

    /// Empty: all that is left.
    let items: [ShipmentRequest.Item]
    let tracking: ShipmentTracking

    init(_ fields: consuming RequestFields) throws(Problem) {
        let items = fields.has("items") ? Self.items(&fields) : []
        var tracking = ShipmentTracking()
        if fields.has("carrier") { tracking.carrier = fields.carrier("carrier") }
        if fields.has("tracking_number") { tracking.number = fields.trackingNumber("tracking_number") }
        if fields.has("tracking_url") { tracking.url = fields.trackingURL("tracking_url") }
        guard fields.isComplete else { throw fields.rejection }
        self.items = items
        self.tracking = tracking
    }

    /// Where a product is named, for errors that are found later.
    func field(of productID: Product.ID) -> String {
        "items[\(items.firstIndex { $0.productID == productID } ?? 0)]"
    }

    private static func items(_ fields: inout RequestFields) -> [ShipmentRequest.Item] {
        guard let elements = fields.array("items", 1...maximumItems) else { return [] }
        var items: [ShipmentRequest.Item] = []
        for (index, element) in elements.enumerated() {
            do throws(Problem) {
                var inner = try RequestFields(element, path: "items[\(index)]")
                let product = inner.id("product_id", of: Product.self)
                let quantity = inner.quantity("quantity")
                guard inner.isComplete, let product, let quantity else { throw inner.rejection }
                items.append(ShipmentRequest.Item(productID: product, quantity: quantity.rawValue))
            } catch {
                fields.note(error.errors)
            }
        }
        if Set(items.map(\.productID)).count < items.count {
            fields.note("items", .notAllowed, "Name each product once and give its quantity.")
        }
        return items
    }
}

extension RequestFields {
    fileprivate mutating func carrier(_ field: String) -> String? { text(field, 1...100) }

    /// Not read as other texts are: some numbers of shipments look like those of payment cards.
    fileprivate mutating func trackingNumber(_ field: String) -> String? {
        parsed(field, "Expected 1 to 100 letters, digits, spaces and hyphens.") {
            ShipmentTracking.isNumber($0) ? $0 : nil
        }
    }

    fileprivate mutating func trackingURL(_ field: String) -> String? {
        parsed(field, "Expected the address of a web page, https://… or http://…, of at most 500 characters.") {
            ShipmentTracking.isURL($0) ? $0 : nil
        }
    }

    /// A value to be set, or null to take it away.
    fileprivate mutating func removable(
        _ field: String, _ read: (inout RequestFields, String) -> String?
    ) -> ShipmentChange.Value? {
        if value(field) == .null { return .remove }
        return read(&self, field).map { .set($0) }
    }
}

/// Problems of shipping.
extension Problem {
    static func tooManyPieces(_ field: String, left: Int) -> Problem {
        .invalid(
            "\(field).quantity", .outOfRange,
            left == 0
                ? "All pieces of it are shipped or refunded."
                : "At most \(left) of it are neither shipped nor refunded.")
    }

    static var nothingToShip: Problem {
        Problem(
            "nothing_to_ship", .conflict, "Nothing to ship", "Every piece of the order is shipped or refunded already.")
    }

    static func tooManyShipments(_ limit: Int) -> Problem {
        Problem(
            "too_many_shipments", .conflict, "Too many shipments", "An order has at most \(limit) shipments.")
    }

    static var paymentNotCaptured: Problem {
        Problem(
            "payment_not_captured", .conflict, "Payment not captured",
            "The payment is authorized and not captured. Capture it first: POST /admin/orders/{id}/capture.")
    }

    static var orderBeingRefunded: Problem {
        Problem(
            "order_being_refunded", .conflict, "Order being refunded",
            "All that was paid for the order is refunded or being refunded.")
    }

    static func orderNotShippable(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_shippable", .conflict, "Order not to be shipped",
            "The order is \(status.rawValue), or is being canceled: only paid orders are shipped.")
    }
}
