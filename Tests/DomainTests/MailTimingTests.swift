import Domain
import Testing

@Suite("A mail goes out while what it says is true")
struct MailTimingTests {
    @Test("A declined payment is written about only while it stands")
    func declined() {
        for status in OrderStatus.allCases {
            let expected: MailTiming =
                switch status {
                case .paymentFailed: .now
                case .pending, .reserved: .later
                default: .never
                }
            #expect(MailTiming(.paymentFailed, order: status) == expected)
        }
    }

    @Test(
        "What was decided stays true", arguments: [MailKind.orderConfirmation, .refund, .cancellation],
        OrderStatus.allCases)
    func decided(kind: MailKind, status: OrderStatus) {
        #expect(MailTiming(kind, order: status) == .now)
    }
}
