import Storage

extension OrderRequest {
    /// The items named in the request, or the cart.
    var source: PlaceOrderRequest.Source {
        guard let items else { return .cart }
        return .items(items.map { PlaceOrderRequest.Line(productID: $0.productID, quantity: $0.quantity) })
    }
}
