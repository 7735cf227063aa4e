package import Domain
import Postgres

/// A product to be put into the catalog with its prices and its stock.
package struct ProductSeed: Hashable, Sendable {
    /// The product. Its category is made when it does not exist.
    package let product: Product
    /// Prices set by hand in other currencies.
    package let prices: [Money]
    /// Pieces in the house at the start.
    package let stock: Int

    package init(product: Product, prices: [Money] = [], stock: Int) {
        self.product = product
        self.prices = prices
        self.stock = stock
    }
}

extension CatalogStore {
    /// Puts products into the catalog with prices and stock; those whose SKU is there already are left as they are.
    /// Returns how many are new.
    ///
    /// - Throws: ``StorageError/priceNotChargeable(_:_:step:)`` when a price is not in steps that can be charged; then
    ///   nothing is put there.
    @discardableResult
    package func insertSeed(_ batch: [ProductSeed]) async throws -> Int {
        if batch.isEmpty { return 0 }
        for seed in batch {
            for price in [seed.product.basePrice] + seed.prices where !price.isChargeable {
                let step = Money(price.currency.chargeableStep, price.currency)
                throw StorageError.priceNotChargeable(seed.product.sku, price, step: step)
            }
        }
        let products = batch.map(\.product)
        let categories = Dictionary(products.compactMap(\.category).map { ($0.slug, $0.name) }) { first, _ in first }
            .sorted {
                $0.key < $1.key
            }
        let prices = batch.flatMap { seed in seed.prices.map { (seed.product.id, $0) } }
        let added: SQL = """
            INSERT INTO categories (slug, name)
            SELECT * FROM unnest(\(categories.map(\.key))::text[], \(categories.map(\.value))::text[])
            ON CONFLICT DO NOTHING
            """
        let inserted = Query.count(
            """
            INSERT INTO products (id, sku, name, description, category_slug, base_amount, base_currency, is_active)
            SELECT * FROM unnest(\(products.map(\.id))::uuid[], \(products.map(\.sku))::text[],
                                 \(products.map(\.name))::text[],
                                 \(products.map(\.description))::text[], \(products.map { $0.category?.slug })::text[],
                                 \(products.map(\.basePrice.amount))::bigint[],
                                 \(products.map(\.basePrice.currency))::text[],
                                 \(products.map(\.isActive))::boolean[])
            ON CONFLICT DO NOTHING
            """)
        let supplied: [SQL] = [
            // By id: a product that was there under its SKU has another id than the one in the batch.
            """
            INSERT INTO product_prices (product_id, currency, amount)
            SELECT t.* FROM unnest(\(prices.map(\.0))::uuid[], \(prices.map(\.1.currency))::text[],
                                   \(prices.map(\.1.amount))::bigint[])
                            AS t (product_id, currency, amount)
              JOIN products AS p ON p.id = t.product_id
            ON CONFLICT DO NOTHING
            """,
            """
            WITH added AS (
                INSERT INTO stock (sku, initial, on_hand)
                SELECT t.sku, t.quantity, t.quantity
                  FROM unnest(\(products.map(\.id))::uuid[], \(products.map(\.sku))::text[],
                      \(batch.map(\.stock))::integer[]) AS t (id, sku, quantity)
                  JOIN products AS p ON p.id = t.id
                ON CONFLICT DO NOTHING
                RETURNING sku, on_hand, initial
            )
            INSERT INTO stock_changes (sku, reason, actor, on_hand_before, on_hand_after, initial)
            SELECT sku, \(StockChangeReason.opening)::text, \(AuditActor.system("seed").text)::text, 0, on_hand, initial
              FROM added ORDER BY sku
            """,
        ]
        return try await database.pipeline(added, inserted, supplied).1
    }
}
