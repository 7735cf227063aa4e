import Domain
import Postgres

/// One line of an order to be, as the database knows it: the product with everything its price depends on.
struct PricedLine: Sendable {
    let productID: Product.ID
    let quantity: Quantity
    /// `nil` when there is no such product or it is not for sale.
    let product: Offer?

    /// What is sold.
    struct Offer: Sendable {
        let sku: SKU
        let name: String
        let base: Money
        let setByHand: Int64?
    }

    init(_ row: PostgresRow) throws {
        productID = try row["product_id"]
        quantity = try row["quantity"]
        guard let sku: SKU = try row["sku"] else {
            product = nil
            return
        }
        product = Offer(
            sku: sku, name: try row["name"], base: Money(try row["base_amount"], try row["base_currency"]),
            setByHand: try row["price"])
    }
}

extension PricedLine {
    /// The lines of the owner's cart. Run it once the cart is locked.
    static func cart(of owner: CartOwner, in currency: Currency) -> SQL {
        """
        SELECT i.product_id, i.quantity, p.sku, p.name, p.base_amount, p.base_currency, pp.amount AS price
          FROM carts AS c
          JOIN cart_items AS i ON i.cart_id = c.id
          LEFT JOIN products AS p ON p.id = i.product_id AND p.is_active
          LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
         WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
         ORDER BY i.added_at, i.product_id
        """
    }

    /// The lines named in a request.
    static func express(_ lines: [PlaceOrderRequest.Line], in currency: Currency) -> SQL {
        """
        SELECT t.product_id, t.quantity, p.sku, p.name, p.base_amount, p.base_currency, pp.amount AS price
          FROM unnest(\(lines.map(\.productID))::uuid[], \(lines.map(\.quantity))::integer[])
               WITH ORDINALITY AS t (product_id, quantity, position)
          LEFT JOIN products AS p ON p.id = t.product_id AND p.is_active
          LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
         ORDER BY t.position
        """
    }
}

/// The amounts of an order to be: a pure function of its lines and the price book.
struct OrderDraft: Sendable {
    let items: [OrderItem]
    let totals: OrderTotals
    /// What makes it cheaper.
    let discounts: [AppliedDiscount]
    /// The rate prices were converted with, `nil` when none was.
    let rate: AppliedRate?

    /// Where the payment begins: no customer is asked to pay nothing.
    var paymentStatus: PaymentStatus { totals.total.amount == 0 ? .notRequired : .created }

    /// Prices all lines, takes discounts off and adds up. The second case says why the order cannot be placed.
    ///
    /// - Parameter code: what the customer typed. Who does not get what it promises is told so and pays nothing.
    static func price(
        _ lines: [PricedLine], _ offers: [ReadOffer] = [], code: DiscountCode? = nil, with book: PriceBook,
        _ charges: ChargeLimits
    ) -> Result<OrderDraft, Refusal> {
        if lines.isEmpty { return .failure(Refusal(outcome: .cartEmpty)) }
        let unknown = lines.filter { $0.product == nil }.map(\.productID)
        if !unknown.isEmpty { return .failure(Refusal(outcome: .unknownProducts(unknown))) }
        do {
            var items: [OrderItem] = []
            var isConverted = false
            for line in lines {
                guard let product = line.product else { continue }
                let (price, converted) = try book.line(
                    of: line.quantity, base: product.base, setByHand: product.setByHand)
                isConverted = isConverted || converted
                items.append(
                    OrderItem(
                        productID: line.productID, sku: product.sku, name: product.name, quantity: line.quantity,
                        price: price))
            }
            let open = try offers.compactMap { try $0.offer(book) }
            if let code, let refusal = try refusal(of: code, open, items, book.currency) {
                return .failure(Refusal(outcome: .discountRefused(code, refusal)))
            }
            let discounting = try Discounting(of: items.map(\.total), open, in: book.currency)
            items = zip(items, discounting.lines).map { $0.discounted(by: $1) }
            let usesRate = isConverted || discounting.usesRate(open, in: book.currency)
            return .success(
                OrderDraft(
                    items: items, totals: try OrderTotals(items: items, currency: book.currency),
                    discounts: discounting.applied, rate: usesRate ? book.conversion?.rate : nil))
        } catch StorageError.currencyUnavailable(let currency) {
            return .failure(Refusal(outcome: .currencyUnavailable(currency)))
        } catch {
            // All that is left are sums beyond 64 bits.
            return .failure(Refusal(outcome: .amountTooLarge(charges.bounds(in: book.currency))))
        }
    }
}

extension OrderDraft {
    private static func refusal(
        of code: DiscountCode, _ offers: [DiscountOffer], _ items: [OrderItem], _ currency: Currency
    ) throws(MoneyError) -> DiscountRefusal? {
        guard let offer = offers.first(where: { $0.discount.code == code }) else { return .unknown }
        return offer.refusal(for: try Money.sum(items.map(\.total), in: currency))
    }
}

extension Discounting {
    /// Whether what is given was converted into the currency.
    fileprivate func usesRate(_ offers: [DiscountOffer], in currency: Currency) -> Bool {
        offers.contains { offer in
            guard case .fixed(let amount) = offer.discount.effect else { return false }
            return amount.currency != currency && applied.contains { $0.id == offer.discount.id }
        }
    }
}

/// Leaves the placing transaction without a trace, with the answer to give.
struct Refusal: Error {
    let outcome: PlaceOrderOutcome
}
