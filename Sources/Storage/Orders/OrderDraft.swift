import Domain

/// The amounts of an order to be: a pure function of its lines and the price book.
struct OrderDraft: Sendable {
    let items: [OrderItem]
    let totals: OrderTotals
    /// The rate prices were converted with, `nil` when none was.
    let rate: AppliedRate?

    /// Where the payment begins: nobody is asked for nothing.
    var paymentStatus: PaymentStatus { totals.total.amount == 0 ? .notRequired : .created }

    /// Prices all lines and adds them up. The second case says why the order cannot be placed.
    static func price(_ lines: [PricedLine], with book: PriceBook, _ charges: ChargeLimits) -> Result<
        OrderDraft, Refusal
    > {
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
            let totals = try OrderTotals(items: items, currency: book.currency)
            return .success(OrderDraft(items: items, totals: totals, rate: isConverted ? book.conversion?.rate : nil))
        } catch StorageError.currencyUnavailable(let currency) {
            return .failure(Refusal(outcome: .currencyUnavailable(currency)))
        } catch {
            // All that is left are sums beyond 64 bits.
            return .failure(Refusal(outcome: .amountTooLarge(charges.bounds(in: book.currency))))
        }
    }
}

/// Leaves the placing transaction without a trace, with the answer to give.
struct Refusal: Error {
    let outcome: PlaceOrderOutcome
}
