public import Domain
public import Postgres

/// Products, their prices and categories.
public struct CatalogueStore: Sendable {
    let database: PostgresPool
    let settings: ShopSettings

    /// A store in this database.
    public init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// A part of the list of products. Throws `StorageError.currencyUnavailable`.
    public func products(_ query: ProductQuery) async throws -> Page<ProductView> { throw StorageError.notFound("implementation yet") }
    /// One product that is for sale. Throws `StorageError.currencyUnavailable`.
    public func product(_ id: Product.ID, in currency: Currency? = nil) async throws -> ProductView? {
        throw StorageError.notFound("implementation yet")
    }
    /// All categories, by name.
    public func categories() async throws -> [Category] { throw StorageError.notFound("implementation yet") }
    /// Puts products into the catalogue; those whose SKU is there already are left as they are. Returns how many are new.
    @discardableResult public func insertSeed(_ batch: [ProductSeed]) async throws -> Int {
        throw StorageError.notFound("implementation yet")
    }
}
