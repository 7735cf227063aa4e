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
    /// How it is sent, `nil` where the shop has no shipping methods.
    let shippingMethod: OrderShipping?
    /// The rate prices were converted with, `nil` when none was.
    let rate: AppliedRate?

    /// Where the payment begins: no customer is asked to pay nothing.
    var paymentStatus: PaymentStatus { totals.total.amount == 0 ? .notRequired : .created }

    /// Prices all lines, takes discounts off and adds up. The second case says why the order cannot be placed.
    ///
    /// - Parameters:
    ///   - code: what the customer typed. Who does not get what it promises is told so and pays nothing.
    ///   - sending: how the goods can be sent.
    static func price(
        _ lines: [PricedLine], _ offers: [ReadOffer], code: DiscountCode?, sending: Sending, with book: PriceBook,
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
            let ways = try sending.ways(book)
            if let refusal = sending.refusal(ways) { return .failure(refusal) }
            let discounting = try Discounting(of: items.map(\.total), open, in: book.currency) {
                sending.isFree ? .zero(book.currency) : ways.cheapest(for: $0)?.price
            }
            guard let shipping = discounting.shipping else { return .failure(sending.unavailable) }
            items = zip(items, discounting.lines).map { $0.discounted(by: $1) }
            let totals = try OrderTotals(items: items, shipping: shipping, currency: book.currency)
            let method = ways.cheapest(for: try totals.subtotal.subtracting(totals.discount))?.method
            let usesRate =
                isConverted || discounting.usesRate(open, in: book.currency)
                || shipping.amount > 0 && method?.rates.first?.price.currency != book.currency
            return .success(
                OrderDraft(
                    items: items, totals: totals, discounts: discounting.applied,
                    shippingMethod: method.map { OrderShipping(code: $0.code, name: $0.name) },
                    rate: usesRate ? book.conversion?.rate : nil))
        } catch StorageError.currencyUnavailable(let currency) {
            return .failure(Refusal(outcome: .currencyUnavailable(currency)))
        } catch {
            // All that is left are sums beyond 64 bits.
            return .failure(Refusal(outcome: .amountTooLarge(charges.bounds(in: book.currency))))
        }
    }
}

/// How the goods of a purchase can be sent.
struct Sending: Sendable {
    /// The shop's methods. None: it sends for nothing.
    let methods: [ShippingMethod]
    /// Where to, as a code of ISO 3166-1.
    let country: String
    /// What the customer chose; the cheapest when `nil`.
    let chosen: ShippingCode?

    /// Whether the shop sends for nothing.
    var isFree: Bool { methods.isEmpty }

    /// For goods that are not sent so, or not there.
    var unavailable: Refusal { Refusal(outcome: .shippingUnavailable(chosen, country: country)) }

    /// The methods that go there, and were chosen. Throws `StorageError.currencyUnavailable` or `.amountTooLarge`.
    func ways(_ book: PriceBook) throws(StorageError) -> [ShippingOffer] {
        var ways: [ShippingOffer] = []
        for method in methods where method.serves(country) && (chosen == nil || method.code == chosen) {
            ways.append(try method.offer(book))
        }
        return ways
    }

    func refusal(_ ways: [ShippingOffer]) -> Refusal? {
        ways.isEmpty && (!isFree || chosen != nil) ? unavailable : nil
    }
}

extension [ShippingOffer] {
    /// The cheapest way of sending goods that cost so much; of equals the first by code.
    fileprivate func cheapest(for goods: Money) -> (method: ShippingMethod, price: Money)? {
        compactMap { offer in offer.price(of: goods).map { (offer.method, $0) } }
            .min { ($0.1.amount, $0.0.code.rawValue) < ($1.1.amount, $1.0.code.rawValue) }
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
