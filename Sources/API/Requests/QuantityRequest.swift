import Domain

/// Body of `PATCH /cart/items/{product_id}`.
struct QuantityRequest {
    let quantity: Quantity

    init(_ fields: consuming RequestFields) throws(Problem) {
        let quantity = fields.quantity("quantity")
        guard fields.isComplete, let quantity else { throw fields.rejection }
        self.quantity = quantity
    }
}
