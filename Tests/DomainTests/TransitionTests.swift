import Domain
import Testing

@Suite("Only listed transitions happen")
struct TransitionTests {
    @Test("every state has a row, and no state leads to itself")
    func complete() {
        #expect(Set(OrderStatus.transitions.keys) == Set(OrderStatus.allCases))
        #expect(Set(PaymentStatus.transitions.keys) == Set(PaymentStatus.allCases))
        #expect(Set(MailDeliveryStatus.transitions.keys) == Set(MailDeliveryStatus.allCases))
        for status in OrderStatus.allCases { #expect(!status.canBecome(status)) }
        for status in PaymentStatus.allCases { #expect(!status.canBecome(status)) }
    }

    @Test("payments never go back from what settles more, but for another attempt after a decline")
    func ranks() {
        for (status, next) in PaymentStatus.transitions {
            for other in next where other.rank < status.rank {
                #expect(status == .failed && other == .confirming || status == .authorized && other == .canceled)
            }
        }
    }

    @Test("a confirmed order was reserved first, and what is over stays over")
    func orders() {
        for status in OrderStatus.allCases where status.canBecome(.confirmed) { #expect(status == .reserved || status == .paymentFailed) }
        for status: OrderStatus in [.rejected, .expired, .refunded] { #expect(OrderStatus.transitions[status] == []) }
    }

    @Test("a mail that was sent is never sent again")
    func mail() {
        #expect(MailDeliveryStatus.transitions[.sent] == [])
    }
}
