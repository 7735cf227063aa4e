import Domain
import Storage
import TestSupport
import Testing

extension Shop {
    /// A refund of part of a paid order that its job has not made yet.
    func requestedRefund() async throws -> Refund {
        let facts = try await confirming(product(stock: 5))
        payments.change(try #require(facts.intentID), to: .succeeded)
        try await settle(facts)
        let outcome = try await stores.refunds.request(
            RefundWish(orderID: facts.orderID, amount: Money(700, .usd), key: "k", actor: .system("test")))
        guard case .accepted(let refund) = outcome else {
            throw Unexpected(what: "the refund was not accepted: \(outcome)")
        }
        return refund
    }
}
