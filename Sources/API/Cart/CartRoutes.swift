import Crypto
import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Carts: a user's by access token, a guest's by cart token, which is given out with the first item.
struct CartRoutes {
    let carts: CartStore
    let guests: GuestStore
    let shipping: ShippingMethodStore
    let limiter: RequestLimiter
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("cart", audience: .shoppers, limit: .read, use: show)
        routes.delete("cart", audience: .shoppers, limit: .cart, use: clear)
        routes.get("cart/shipping-methods", audience: .shoppers, limit: .read, use: shippingMethods)
        routes.put("cart/discount", audience: .shoppers, limit: .cart, use: applyCode)
        routes.delete("cart/discount", audience: .shoppers, limit: .cart, use: removeCode)
        routes.post("cart/items", audience: .shoppers, limit: .cart, use: add)
        routes.patch("cart/items/{product_id}", audience: .shoppers, limit: .cart, use: change)
        routes.delete("cart/items/{product_id}", audience: .shoppers, limit: .cart, use: remove)
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        var cart: Cart?
        if let owner = try await owner(request, context) { cart = try await carts.cart(of: owner, in: currency) }
        return try JSONResponse.response(cart.map(CartBody.init) ?? CartBody(emptyIn: currency ?? settings.currency))
    }

    /// May be repeated under an `Idempotency-Key`. A guest without a token needs none: each answer is about a cart of
    /// its own, and the client goes on with the one whose answer arrived.
    @Sendable func add(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        let key = try IdempotencyKeyHeader.optionalKey(request.headers[values: .idempotencyKey])
        let known = try await owner(request, context)
        let json = try await request.json()
        let body = try CartItemRequest(try RequestFields(json))
        if known == nil { try await limiter.require(.newCart, context.address) }
        let token = known == nil ? RandomToken.make() : nil
        guard let owner = known ?? token.map({ .guest(tokenHash: RandomToken.hash($0)) }) else {
            throw Problem.internalError
        }
        var headers: HTTPFields = [:]
        if let token { headers[.cartToken] = token }
        guard let key else {
            let cart = try await carts.add(body.quantity, of: body.productID, for: owner, in: currency)
            return try JSONResponse.response(CartBody(cart), headers: headers)
        }
        let fingerprint = Array(SHA256.hash(data: try JSONResponse.data(json)))
        let (cart, isReplay) = try await carts.add(
            body.quantity, of: body.productID, for: owner, in: currency,
            once: CartStore.Key(key, fingerprint: fingerprint))
        if isReplay { headers[.idempotentReplayed] = "true" }
        return try JSONResponse.response(CartBody(cart), headers: headers)
    }

    @Sendable func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        let body = try QuantityRequest(try await request.fields())
        guard let owner = try await owner(request, context), let product = try product(context) else {
            throw Problem.notFound("item in the cart")
        }
        return try JSONResponse.response(
            CartBody(try await carts.set(body.quantity, of: product, for: owner, in: currency)))
    }

    @Sendable func remove(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        guard let owner = try await owner(request, context), let product = try product(context) else {
            throw Problem.notFound("item in the cart")
        }
        return try JSONResponse.response(CartBody(try await carts.remove(product, for: owner, in: currency)))
    }

    @Sendable func clear(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        if let owner = try await owner(request, context) { try await carts.clear(for: owner) }
        return Response(status: .noContent)
    }

    @Sendable func applyCode(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        let code = try Self.code(try await request.fields())
        guard let owner = try await owner(request, context) else { throw Problem.notFound("cart") }
        do {
            return try JSONResponse.response(CartBody(try await carts.apply(code, for: owner, in: currency)))
        } catch let refusal as DiscountRefusal {
            throw Problem.discountRefused(code, refusal)
        }
    }

    @Sendable func removeCode(_ request: Request, _ context: ShopContext) async throws -> Response {
        let currency = try currency(request)
        guard let owner = try await owner(request, context) else { throw Problem.notFound("cart") }
        return try JSONResponse.response(CartBody(try await carts.removeCode(for: owner, in: currency)))
    }

    @Sendable func shippingMethods(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let currency = query.currency()
        let country = query.parsed("country", "Expected a country of ISO 3166-1, such as DE.") { Country(rawValue: $0) }
        if country == nil, query.errors.isEmpty { query.note("country", .required, "Say where the goods go.") }
        try query.finish()
        guard let country, let owner = try await owner(request, context),
            let options = try await shipping.options(for: owner, to: country.rawValue, in: currency)
        else { throw Problem.notFound("cart") }
        return try JSONResponse.response(
            PageDocument(
                items: options.map { ShippingOptionBody(code: $0.method.code, name: $0.method.name, price: $0.price) },
                nextCursor: nil))
    }

    /// Body of `PUT /cart/discount`.
    private static func code(_ fields: consuming RequestFields) throws(Problem) -> DiscountCode {
        let code = fields.discountCode("code")
        guard fields.isComplete, let code else { throw fields.rejection }
        return code
    }

    private func owner(_ request: Request, _ context: ShopContext) async throws -> CartOwner? {
        try await context.buyer(request, guests)
    }

    private func product(_ context: ShopContext) throws -> Product.ID? {
        Product.ID(try context.parameters.require("product_id"))
    }

    private func currency(_ request: Request) throws -> Currency? {
        var query = RequestQuery(request)
        let currency = query.currency()
        try query.finish()
        return currency
    }
}

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

/// Body of `PATCH /cart/items/{product_id}`.
struct QuantityRequest {
    let quantity: Quantity

    init(_ fields: consuming RequestFields) throws(Problem) {
        let quantity = fields.quantity("quantity")
        guard fields.isComplete, let quantity else { throw fields.rejection }
        self.quantity = quantity
    }
}

/// A way of sending a cart.
struct ShippingOptionBody: Encodable {
    let code: ShippingCode
    let name: String
    let price: Money
}

/// A cart with today's prices.
struct CartBody: Encodable {
    struct Item: Encodable {
        let productID: String
        let sku: String
        let name: String
        let quantity: Int
        let unitPrice: Money
        let total: Money
        let available: Int
        let isInStock: Bool

        enum CodingKeys: String, CodingKey {
            case productID = "product_id"
            case sku, name, quantity, total, available
            case unitPrice = "unit_price"
            case isInStock = "in_stock"
        }
    }

    /// What the customer typed, and whether the cart has what it promises.
    struct Code: Encodable {
        let code: String
        let isApplied: Bool
        /// Why not: a refusal's code, or that other discounts take off more.
        let reason: String?
        /// A sentence for the customer.
        let message: String?

        enum CodingKeys: String, CodingKey {
            case code, reason, message
            case isApplied = "is_applied"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(code, forKey: .code)
            try container.encode(isApplied, forKey: .isApplied)
            try container.encode(reason, forKey: .reason)
            try container.encode(message, forKey: .message)
        }
    }

    let status: String
    let items: [Item]
    let subtotal: Money
    let discount: Money
    let total: Money
    let discounts: [AppliedDiscountDocument]
    let code: Code?

    enum CodingKeys: String, CodingKey {
        case status, items, subtotal, discount, total, discounts
        case code = "discount_code"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        try container.encode(items, forKey: .items)
        try container.encode(subtotal, forKey: .subtotal)
        try container.encode(discount, forKey: .discount)
        try container.encode(discounts, forKey: .discounts)
        try container.encode(code, forKey: .code)
        try container.encode(total, forKey: .total)
    }

    /// What a cart looks like before its first item.
    init(emptyIn currency: Currency) {
        status = CartStatus.open.rawValue
        items = []
        subtotal = .zero(currency)
        discount = .zero(currency)
        total = .zero(currency)
        discounts = []
        code = nil
    }

    init(_ cart: Cart) {
        status = cart.status.rawValue
        subtotal = cart.subtotal
        discount = cart.discount
        total = cart.total
        discounts = cart.discounts.map(AppliedDiscountDocument.init)
        code = cart.code.map { code in
            let isApplied = cart.discounts.contains { $0.code == code.code }
            let other = isApplied ? nil : "Other discounts take off more."
            return Code(
                code: code.code.rawValue, isApplied: isApplied,
                reason: code.refusal?.code ?? (isApplied ? nil : "others_are_better"),
                message: code.refusal?.description ?? other)
        }
        items = cart.items.map {
            Item(
                productID: $0.productID.description, sku: $0.sku.rawValue, name: $0.name,
                quantity: $0.quantity.rawValue,
                unitPrice: $0.unitPrice, total: $0.total, available: $0.available, isInStock: $0.isInStock)
        }
    }
}
