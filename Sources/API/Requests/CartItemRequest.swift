import Domain

/// Body of `POST /cart/items`, and one element of `items` in an express order.
struct CartItemRequest: Equatable {
    let productID: Product.ID
    let quantity: Quantity

    init(_ fields: consuming RequestFields) throws(Problem) {
        let productID = fields.id("product_id", of: Product.self)
        let quantity = fields.quantity("quantity")
        guard fields.isComplete, let productID, let quantity else { throw fields.rejection }
        self.productID = productID
        self.quantity = quantity
    }
}
