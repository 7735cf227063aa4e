import Domain
import Testing

@Suite("Only listed transitions happen")
struct TransitionTests {
    @Test("every state has a row, and no state leads to itself")
    func complete() {
        #expect(Set(OrderStatus.transitions.keys) == Set(OrderStatus.allCases))
        #expect(Set(PaymentStatus.transitions.keys) == Set(PaymentStatus.allCases))
        #expect(Set(EmailDeliveryStatus.transitions.keys) == Set(EmailDeliveryStatus.allCases))
        for status in OrderStatus.allCases { #expect(!status.canBecome(status)) }
        for status in PaymentStatus.allCases { #expect(!status.canBecome(status)) }
    }

    @Test("payments never go back from what settles more, but for another attempt after a decline")
    func ranks() {
        let givenBack: Set<PaymentStatus> = [.partiallyRefunded, .refunded]
        for (status, next) in PaymentStatus.transitions {
            for other in next where other.rank < status.rank {
                let isFailedRefund = givenBack.contains(status) && (other == .captured || givenBack.contains(other))
                #expect(
                    status == .failed && other == .confirming || status == .authorized && other == .canceled
                        || isFailedRefund)
            }
        }
    }

    @Test("a confirmed order was reserved first, and what is over stays over")
    func orders() {
        for status in OrderStatus.allCases where status.canBecome(.confirmed) {
            #expect(status == .reserved || status == .paymentFailed || status.isPaid)
        }
        for status: OrderStatus in [.rejected, .expired, .canceled] { #expect(OrderStatus.transitions[status] == []) }
    }

    @Test("a refund that is over stays over, but for one that a bank sends back")
    func refunds() {
        #expect(Set(RefundStatus.transitions.keys) == Set(RefundStatus.allCases))
        for status in RefundStatus.allCases {
            #expect(!status.canBecome(status))
            #expect(!status.canBecome(.requested))
            if !status.isLive { #expect(RefundStatus.transitions[status] == []) }
        }
        #expect(RefundStatus.transitions[.succeeded] == [.failed])
    }

    @Test("an email that was sent is never sent again")
    func email() {
        #expect(EmailDeliveryStatus.transitions[.sent] == [])
    }
}
