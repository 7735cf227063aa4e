import Domain
import Storage

/// Body of `POST /orders`.
struct OrderRequest {
    /// As many lines as one express order may have.
    static let maximumItems = 100

    /// nil: nothing is to be paid, as far as the customer knows.
    let paymentMethod: String?
    let currency: Currency?
    /// The code of a discount; nil takes the one in the cart.
    let discountCode: DiscountCode?
    /// How it is sent; nil takes the cheapest way.
    let shippingMethod: ShippingCode?
    /// What the client showed its customer. A different price is answered with 409 and charges nothing.
    let expectedTotal: Money?
    /// Needed from guests; users have one.
    let email: EmailAddress?
    /// What email is written in; nil asks for what the client's `Accept-Language` says.
    let language: Language?
    let shippingAddress: Address
    /// Bought instead of the cart's items (express order). nil: buy the cart.
    let items: [CartItemRequest]?

    init(_ fields: consuming RequestFields) throws(Problem) {
        let payment = fields.has("payment_method") ? fields.paymentMethod("payment_method") : nil
        let currency = fields.has("currency") ? fields.currency("currency") : nil
        let code = fields.has("discount_code") ? fields.discountCode("discount_code") : nil
        let method = fields.has("shipping_method") ? fields.shippingCode("shipping_method") : nil
        let total = fields.has("expected_total") ? fields.money("expected_total") : nil
        let email = fields.has("email") ? fields.email("email") : nil
        let language = fields.has("language") ? fields.language("language") : nil
        let address = fields.address("shipping_address")
        let items = fields.has("items") ? Self.items(&fields) : nil
        guard fields.isComplete, let address else { throw fields.rejection }
        self.paymentMethod = payment
        self.shippingMethod = method
        self.currency = currency
        self.discountCode = code
        self.expectedTotal = total
        self.email = email
        self.language = language
        self.shippingAddress = address
        self.items = items
    }

    private static func items(_ fields: inout RequestFields) -> [CartItemRequest]? {
        guard let elements = fields.array("items", 1...maximumItems) else { return nil }
        var items: [CartItemRequest] = []
        for (index, element) in elements.enumerated() {
            do {
                items.append(try CartItemRequest(try RequestFields(element, path: "items[\(index)]")))
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

extension OrderRequest {
    /// The items named in the request, or the cart.
    var source: PlaceOrderRequest.Source {
        guard let items else { return .cart }
        return .items(items.map { PlaceOrderRequest.Line(productID: $0.productID, quantity: $0.quantity) })
    }
}
