import Domain
import FoundationEssentials
import Testing

@Suite("What pieces are worth, whose a payment is, and where a dispute stands are decided by rules")
struct MoneyBackRulesTests {
    private func line(_ total: Int64, _ quantity: Int, _ currency: Currency = .usd) throws -> OrderItem {
        OrderItem(
            productID: Product.ID(), sku: try SKU("PEN"), name: "Pen", quantity: try Quantity(quantity),
            price: LinePrice(unit: Money(total / Int64(quantity), currency), total: Money(total, currency)))
    }

    @Test("the pieces of a line come to its total, however they are split")
    func piecesAddUp() throws {
        let kwd = try #require(Currency("KWD"))
        for currency in [Currency.usd, .jpy, kwd] {
            for (total, quantity): (Int64, Int) in [
                (1000, 3), (1, 2), (0, 5), (99_990, 7), (12_340, 999), (Int64.max / 10 * 10, 999),
            ] {
                let line = try line(total, quantity, currency)
                for step in [1, 2, 5, quantity] {
                    var (earlier, sum) = (0, Int64(0))
                    while earlier < quantity {
                        let pieces = min(step, quantity - earlier)
                        let worth = RefundWorth.pieces(pieces, of: line, after: earlier)
                        #expect(worth.amount >= 0)
                        if total.isMultiple(of: currency.chargeableStep) { #expect(worth.isChargeable) }
                        sum += worth.amount
                        earlier += pieces
                    }
                    #expect(sum == total)
                }
            }
        }
    }

    @Test("a discount takes its part off the pieces of its line")
    func discount() throws {
        let line = try self.line(1000, 4).discounted(by: Money(200, .usd))
        let other = try self.line(500, 1).discounted(by: Money(500, .usd))
        #expect(RefundWorth.pieces([(line, 2, 0)], in: .usd) == Money(400, .usd))
        #expect(RefundWorth.pieces([(line, 4, 0), (other, 1, 0)], in: .usd) == Money(800, .usd))
        #expect(RefundWorth.pieces([(line, 9, 0)], in: .usd) == Money(800, .usd), "never more than there are")
    }

    @Test("a payment is this shop's when it is stored here, says so, or names an order of it")
    func owners() {
        #expect(PaymentOwner(of: "a", in: "a", isStored: false, isNamed: false) == .thisShop)
        #expect(PaymentOwner(of: "b", in: "a", isStored: true, isNamed: false) == .thisShop)
        #expect(PaymentOwner(of: nil, in: "a", isStored: true, isNamed: false) == .thisShop)
        #expect(PaymentOwner(of: nil, in: "a", isStored: false, isNamed: true) == .thisShop)
        #expect(PaymentOwner(of: "b", in: "a", isStored: false, isNamed: true) == .anotherShop)
        #expect(PaymentOwner(of: "b", in: "a", isStored: false, isNamed: false) == .anotherShop)
        #expect(PaymentOwner(of: nil, in: "a", isStored: false, isNamed: false) == .unproven)
    }

    @Test("news of a dispute lead forward only", arguments: DisputeStatus.allCases)
    func disputes(known: DisputeStatus) {
        #expect(!known.follows(known))
        for news in DisputeStatus.allCases {
            if known.isClosed { #expect(!news.follows(known)) }
            if news.follows(known) { #expect(!known.follows(news)) }
        }
        #expect(DisputeStatus.underReview.follows(.needsResponse))
        #expect(DisputeStatus.needsResponse.follows(.warningUnderReview))
    }

    @Test("of an intent as much was taken as the provider says, never more than it is over")
    func captured() {
        func intent(_ status: PaymentIntentStatus, received: Int64? = nil, capturable: Int64? = nil) -> PaymentIntent {
            PaymentIntent(
                id: .init(rawValue: "pi_1"), status: status, amount: Money(4699, .usd),
                amountReceived: received.map { Money($0, .usd) },
                amountCapturable: capturable.map { Money($0, .usd) })
        }
        for (received, captured): (Int64?, Int64) in [
            (500, 500), (nil, 4699), (4699, 4699), (9000, 4699), (-1, 0), (.max, 4699),
        ] {
            #expect(intent(.succeeded, received: received).captured == Money(captured, .usd))
            #expect(intent(.requiresCapture, capturable: received).held == Money(captured, .usd))
        }
        #expect(intent(.requiresCapture, received: 500).captured.amount == 0)
        #expect(intent(.succeeded, capturable: 500).held.amount == 0)
        let known = PaymentSettlement.Known(
            order: .confirmed, payment: .captured, amount: Money(4699, .usd), intentID: .init(rawValue: "pi_1"))
        #expect(PaymentSettlement.decide(known, given: intent(.succeeded, received: 500)) == .correctCapture)
        #expect(PaymentSettlement.decide(known, given: intent(.succeeded, received: 4699)) == .ignore(.alreadyKnown))
        #expect(PaymentSettlement.decide(known, given: intent(.succeeded)) == .ignore(.alreadyKnown))
    }

    @Test("what is asked for here yields to what went back elsewhere, and never counts as below nothing")
    func sums() throws {
        let sum = try RefundSum(
            captured: Money(1000, .usd), refunds: [(Money(1000, .usd), .requested), (Money(400, .usd), .succeeded)])
        #expect(
            sum.refundable == Money(0, .usd) && sum.refunded == Money(400, .usd) && sum.payment == .partiallyRefunded)
    }
}
