internal import Domain

/// What the templates of an order mail may name. Everything is text already; the template only places it.
struct OrderFacts {
    struct Item {
        let name: String
        let sku: String
        let quantity: Int
        let unitPrice: String
        let total: String
    }

    /// A line between the items and the total.
    struct Extra {
        let label: String
        let amount: String
    }

    let shopName: String
    let number: Int64
    let items: [Item]
    let subtotal: String
    let extras: [Extra]
    let total: String
    /// Empty after erasure.
    let addressLines: [String]
    let hasAddress: Bool

    init(_ order: Order, shopName: String) {
        self.shopName = shopName
        number = order.number
        items = order.items.map {
            Item(
                name: $0.name, sku: $0.sku.rawValue, quantity: $0.quantity.rawValue, unitPrice: AmountText.format($0.unitPrice),
                total: AmountText.format($0.total))
        }
        subtotal = AmountText.format(order.totals.subtotal)
        let discount = Money(-order.totals.discount.amount, order.currency)
        let amounts = [("Discount", discount), ("Shipping", order.totals.shipping), ("Tax", order.totals.tax)]
        extras = amounts.filter { $0.1.amount != 0 }.map { Extra(label: $0.0, amount: AmountText.format($0.1)) }
        total = AmountText.format(order.totals.total)
        addressLines = order.shippingAddress.map(Self.lines) ?? []
        hasAddress = !addressLines.isEmpty
    }

    private static func lines(_ address: Address) -> [String] {
        let town = [address.postalCode, address.city, address.region].compactMap { $0 }.joined(separator: " ")
        return [address.name, address.line1, address.line2, town, address.country].compactMap { $0 }
    }
}
