import Domain
import PropertySupport
import Testing

@Suite("What went back decides where payment and order stand")
struct RefundSumTests {
    private static func sum(_ refunds: [(Int64, RefundStatus)], captured: Int64 = 1000) throws -> RefundSum {
        try RefundSum(captured: Money(captured, .usd), refunds: refunds.map { (Money($0.0, .usd), $0.1) })
    }

    @Test("only what succeeded has gone back; what is under way cannot be given back again")
    func states() throws {
        let asked = try Self.sum([(400, .requested), (100, .pending)])
        #expect(asked.payment == .captured)
        #expect(asked.order == .confirmed)
        #expect(asked.refundable == Money(500, .usd))
        let partly = try Self.sum([(400, .succeeded), (600, .failed), (600, .canceled)])
        #expect(partly.payment == .partiallyRefunded)
        #expect(partly.order == .partiallyRefunded)
        #expect(partly.refundable == Money(600, .usd))
        let wholly = try Self.sum([(400, .succeeded), (600, .succeeded)])
        #expect(wholly.payment == .refunded)
        #expect(wholly.order == .refunded)
        #expect(wholly.refundable == Money(0, .usd))
        #expect(try Self.sum([], captured: 0).payment == .captured)
    }

    @Test(
        "the order in which refunds come and fail makes no difference, and states only go allowed ways",
        arguments: 0..<300)
    func anyOrder(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let captured = Int64.random(in: 1...10_000, using: &random)
        var refunds: [(Int64, RefundStatus)] = []
        var left = captured
        var (payment, order) = (PaymentStatus.captured, OrderStatus.confirmed)
        for _ in 0..<30 {
            if left > 0, Bool.random(using: &random) {
                let amount = Int64.random(in: 1...left, using: &random)
                refunds.append((amount, .requested))
            } else if let index = refunds.indices.randomElement(using: &random),
                let next = RefundStatus.transitions[refunds[index].1]?.sorted(by: { $0.rawValue < $1.rawValue })
                    .randomElement(
                        using: &random)
            {
                refunds[index].1 = next
            }
            let sum = try Self.sum(refunds, captured: captured)
            left = sum.refundable.amount
            #expect(left >= 0)
            #expect(sum.refunded.amount + left <= captured)
            #expect(try Self.sum(refunds.reversed(), captured: captured) == sum)
            #expect(sum.payment == payment || payment.canBecome(sum.payment))
            #expect(sum.order == order || order.canBecome(sum.order))
            (payment, order) = (sum.payment, sum.order)
        }
    }

    @Test("amounts of two currencies never meet")
    func currencies() throws {
        #expect(throws: MoneyError.currencyMismatch) {
            try RefundSum(captured: Money(10, .usd), refunds: [(Money(10, #require(Currency("EUR"))), .succeeded)])
        }
    }
}
