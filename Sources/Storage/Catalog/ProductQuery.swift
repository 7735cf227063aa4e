package import Domain

/// What a list of products is asked for.
package struct ProductQuery: Hashable, Sendable {
    /// How the list is ordered.
    package enum Sort: String, Hashable, Sendable, CaseIterable {
        /// Latest first.
        case newest
        /// By name.
        case name
        /// Cheapest first, by base price.
        case priceAscending = "price"
        /// Dearest first, by base price.
        case priceDescending = "-price"
    }

    /// Words that name, description or SKU hold, whole or as their beginnings. Where nothing holds them, names in which
    /// one letter differs.
    package var search: String?
    /// Slug of a category.
    package var category: String?
    /// The order.
    package var sort: Sort
    /// The currency prices are shown in; the shop's when `nil`.
    package var currency: Currency?
    /// Only what can be bought now.
    package var inStock: Bool
    /// Which part of the list.
    package var page: PageRequest

    /// Everything, newest first.
    package init(
        search: String? = nil, category: String? = nil, sort: Sort = .newest, currency: Currency? = nil,
        inStock: Bool = false,
        page: PageRequest = PageRequest()
    ) {
        self.search = search
        self.category = category
        self.sort = sort
        self.currency = currency
        self.inStock = inStock
        self.page = page
    }
}
