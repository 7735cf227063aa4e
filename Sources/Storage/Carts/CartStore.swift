public import Domain
public import Postgres

/// Carts of users and guests. A cart comes to be with its first item; there is at most one to an owner at a time.
///
/// All changes throw `StorageError.cartLocked` while an order is being paid from the cart, and answer the cart as it is afterwards.
public struct CartStore: Sendable {
    /// The most different products in one cart.
    public static let maximumItems = 100

    let database: PostgresPool
    let settings: ShopSettings

    /// A store in this database.
    public init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// The owner's cart, `nil` before the first item. Throws `StorageError.currencyUnavailable`.
    public func cart(of owner: CartOwner, in currency: Currency? = nil) async throws -> Cart? {
        throw StorageError.notFound("implementation yet")
    }
    /// Puts pieces of a product into the cart, capped at 999 of one. Throws `StorageError.unknownProduct`, `.cartFull`.
    public func add(_ quantity: Quantity, of product: Product.ID, for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart {
        throw StorageError.notFound("implementation yet")
    }
    /// Sets how many pieces of a product lie in the cart. Throws `StorageError.notFound` when none do.
    public func set(_ quantity: Quantity, of product: Product.ID, for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart {
        throw StorageError.notFound("implementation yet")
    }
    /// Takes a product out of the cart. Throws `StorageError.notFound` when it is not in it.
    public func remove(_ product: Product.ID, for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart {
        throw StorageError.notFound("implementation yet")
    }
    /// Empties the cart.
    public func clear(for owner: CartOwner) async throws { throw StorageError.notFound("implementation yet") }
    /// Moves a guest's items into the user's cart at login: sums, capped. When either cart is locked both stay as they are and the answer is `false`.
    @discardableResult public func merge(guest tokenHash: [UInt8], into user: User.ID) async throws -> Bool {
        throw StorageError.notFound("implementation yet")
    }
}
