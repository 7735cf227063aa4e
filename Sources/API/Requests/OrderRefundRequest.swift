import Domain
import Storage

/// Body of `POST /admin/orders/{id}/refunds`.
struct OrderRefundRequest: Equatable {
    /// As many lines as one request may name.
    static let maximumItems = 100

    /// nil: what the items come to; without items all that is left.
    let amount: Money?
    let items: [RefundWish.Item]
    let reason: RefundReason

    init(_ fields: consuming RequestFields) throws(Problem) {
        let amount = fields.has("amount") ? fields.money("amount") : nil
        if let amount, amount.amount == 0 {
            fields.note("amount.amount", .outOfRange, "There is nothing to give back.")
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

    private static func items(_ fields: inout RequestFields) -> [RefundWish.Item] {
        guard let elements = fields.array("items", 1...maximumItems) else { return [] }
        var items: [RefundWish.Item] = []
        for (index, element) in elements.enumerated() {
            do throws(Problem) {
                var inner = try RequestFields(element, path: "items[\(index)]")
                let product = inner.id("product_id", of: Product.self)
                let quantity = inner.quantity("quantity")
                let restock = inner.has("restock") ? inner.boolean("restock") : false
                guard inner.isComplete, let product, let quantity, let restock else { throw inner.rejection }
                items.append(RefundWish.Item(productID: product, quantity: quantity.rawValue, restock: restock))
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
        if let amount, amount.amount == 0 { fields.note("amount.amount", .outOfRange, "There is nothing to take.") }
        guard fields.isComplete else { throw fields.rejection }
        self.amount = amount
    }
}
