import Domain
import Testing

@Suite("An email goes out while what it says is true")
struct EmailTimingTests {
    @Test("a declined payment is written about only while it stands")
    func declined() {
        for status in OrderStatus.allCases {
            let expected: EmailTiming =
                switch status {
                case .paymentFailed: .now
                case .pending, .reserved: .later
                default: .never
                }
            #expect(EmailTiming(.paymentFailed, order: status) == expected)
        }
    }

    @Test(
        "what was decided stays true",
        arguments: [EmailKind.orderConfirmation, .refund, .cancellation, .shipped, .delivered],
        OrderStatus.allCases)
    func decided(kind: EmailKind, status: OrderStatus) {
        #expect(EmailTiming(kind, order: status) == .now)
    }
}
