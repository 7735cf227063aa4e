import Domain
import Hummingbird
import Resilience
import Storage

/// What the shop sells.
struct CatalogRoutes {
    let catalog: CatalogStore
    let cache: ProductCache
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("products", audience: .everyone, limit: .read, use: products)
        routes.get("products/{id}", audience: .everyone, limit: .read, use: product)
        routes.get("categories", audience: .everyone, limit: .read, use: categories)
    }

    @Sendable func products(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let search = query.text("search")
        let category = query.text("category")
        let sorts = ProductQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
        let sort = query.parsed("sort", "Expected one of \(sorts).") { ProductQuery.Sort(rawValue: $0) }
        let currency = query.currency()
        let inStock = query.flag("in_stock")
        let page = query.page()
        try query.finish()
        let result = try await catalog.products(
            ProductQuery(
                search: search, category: category, sort: sort ?? .newest, currency: currency,
                inStock: inStock ?? false, page: page))
        return try CacheableResponse.response(
            PageDocument(items: result.items.map(ProductBody.init), nextCursor: result.nextCursor), to: request)
    }

    @Sendable func product(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let currency = query.currency() ?? settings.currency
        try query.finish()
        guard let id = Product.ID(try context.parameters.require("id")), let view = try await view(id, in: currency)
        else {
            throw Problem.notFound("product")
        }
        return try CacheableResponse.response(ProductBody(view), to: request)
    }

    @Sendable func categories(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        let items = try await catalog.categories().map(CategoryBody.init)
        return try CacheableResponse.response(PageDocument(items: items, nextCursor: nil), to: request)
    }

    private func view(_ id: Product.ID, in currency: Currency) async throws -> ProductView? {
        switch await cache.get(id, in: currency) {
        case .hit(let view):
            return view
        case .miss(let ticket):
            guard let view = try await catalog.product(id, in: currency) else { return nil }
            await cache.fill(view, in: currency, with: ticket)
            return view
        }
    }
}

/// A product as customers see it.
struct ProductBody: Encodable {
    let id: String
    let sku: String
    let name: String
    let description: String
    let category: CategoryBody?
    let price: Money
    let available: Int
    let isInStock: Bool

    init(_ view: ProductView) {
        id = view.product.id.description
        sku = view.product.sku.rawValue
        name = view.product.name
        description = view.product.description
        category = view.product.category.map(CategoryBody.init)
        price = view.price
        available = max(0, view.available)
        isInStock = view.isInStock
    }

    enum CodingKeys: String, CodingKey {
        case id, sku, name, description, category, price, available
        case isInStock = "in_stock"
    }
}

/// A shelf of the shop.
struct CategoryBody: Encodable {
    let slug: String
    let name: String

    init(_ category: Category) {
        slug = category.slug
        name = category.name
    }
}
