import Domain
import FoundationEssentials
import HTTPTypes
import Resilience
import Storage

/// Body of `POST /admin/orders/{id}/refunds`.
struct OrderRefundRequest: Equatable {
    /// As many lines as one request may name.
    static let maximumItems = 100

    /// nil: what the items come to; without items all that is left.
    let amount: Money?
    let items: [RefundRequest.Item]
    let reason: RefundReason

    init(_ fields: consuming RequestFields) throws(Problem) {
        let amount = fields.has("amount") ? fields.money("amount") : nil
        if let amount, amount.amount == 0 {
            fields.note("amount.amount", .outOfRange, "There is nothing to refund.")
        }
        let items = fields.has("items") ? Self.items(&fields) : []
        let reason =
            fields.has("reason")
            ? fields.parsed("reason", "Expected requested_by_customer, duplicate or fraudulent.", Self.reason)
            : .requestedByCustomer
        guard fields.isComplete, let reason else { throw fields.rejection }
        self.amount = amount
        self.items = items
        self.reason = reason
    }

    /// Where a product is named, for errors that are found later.
    func field(of productID: Product.ID) -> String {
        "items[\(items.firstIndex { $0.productID == productID } ?? 0)]"
    }

    private static func items(_ fields: inout RequestFields) -> [RefundRequest.Item] {
        guard let elements = fields.array("items", 1...maximumItems) else { return [] }
        var items: [RefundRequest.Item] = []
        for (index, element) in elements.enumerated() {
            do throws(Problem) {
                var inner = try RequestFields(element, path: "items[\(index)]")
                let product = inner.id("product_id", of: Product.self)
                let quantity = inner.quantity("quantity")
                let restock = inner.has("restock") ? inner.boolean("restock") : false
                guard inner.isComplete, let product, let quantity, let restock else { throw inner.rejection }
                items.append(RefundRequest.Item(productID: product, quantity: quantity.rawValue, restock: restock))
            } catch {
                fields.note(error.errors)
            }
        }
        if Set(items.map(\.productID)).count < items.count {
            fields.note("items", .notAllowed, "Name each product once and give its quantity.")
        }
        return items
    }

    private static func reason(_ text: String) -> RefundReason? {
        RefundReason(rawValue: text).flatMap { $0.isForPeople ? $0 : nil }
    }
}

/// Body of `POST /admin/orders/{id}/capture`, which needs none.
struct OrderCaptureRequest: Equatable {
    /// nil: all that is held.
    let amount: Money?

    init(_ fields: consuming RequestFields) throws(Problem) {
        let amount = fields.has("amount") ? fields.money("amount") : nil
        if let amount, amount.amount == 0 { fields.note("amount.amount", .outOfRange, "There is nothing to capture.") }
        guard fields.isComplete else { throw fields.rejection }
        self.amount = amount
    }
}

/// Problems of captures and refunds.
extension Problem {
    static func refundExceedsCaptured(_ refundable: Money) -> Problem {
        var problem = Problem(
            "refund_exceeds_captured", .conflict, "Refund too large",
            "At most \(refundable) of this order can still be refunded. Nothing was changed.")
        problem.amounts["refundable"] = refundable
        return problem
    }

    static func orderNotPaid(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_paid", .conflict, "Order not paid",
            "The order is \(status.rawValue): no money was captured that could be refunded.")
    }

    static func nothingToCapture(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_authorized", .conflict, "Nothing to capture",
            "The order is \(status.rawValue): no money is authorized for it that could be captured.")
    }

    static func captureExceedsAuthorized(_ capturable: Money) -> Problem {
        var problem = Problem(
            "capture_exceeds_authorized", .conflict, "Capture too large",
            "At most \(capturable) is held for this order. Nothing was changed.")
        problem.amounts["capturable"] = capturable
        return problem
    }

    static func captureAlreadyRequested(_ amount: Money) -> Problem {
        var problem = Problem(
            "capture_already_requested", .conflict, "Capture already requested",
            "\(amount) of this order is being captured already; the rest is voided with it.")
        problem.amounts["requested"] = amount
        return problem
    }

    static var refundWorthNothing: Problem {
        Problem(
            "refund_worth_nothing", .conflict, "Nothing to refund",
            "These pieces cost nothing, so no money is refunded for them. Give an amount as well.")
    }

    static func unknownRefundItem(_ field: String) -> Problem {
        .invalid("\(field).product_id", .notFound, "The order has no line of this product.")
    }

    static func tooManyRefundPieces(_ field: String, left: Int) -> Problem {
        .invalid(
            "\(field).quantity", .outOfRange,
            left == 0 ? "All pieces of it were refunded before." : "At most \(left) of it were not refunded before."
        )
    }

    static func refundNotChargeable(step: Money) -> Problem {
        .invalid("amount.amount", .notAllowed, "Cards are charged and refunded in steps of \(step).")
    }

    static func wrongRefundCurrency(_ currency: Currency) -> Problem {
        .invalid("amount.currency", .notAllowed, "The order was paid in \(currency).")
    }
}
