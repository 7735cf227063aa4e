import Domain
import FoundationEssentials
import Providers
import Testing

@Suite("The confirmation mail says what was bought")
struct OrderConfirmationTests {
    private static let sender = "The Shop <orders@shop.example>"

    private func order(
        _ lines: [(name: String, quantity: Int, price: Int64)], _ currency: Currency,
        extras: (discount: Int64, shipping: Int64, tax: Int64) = (0, 0, 0),
        address: Address? = nil, email: String? = "ann@home.example"
    ) throws -> Order {
        let items = try lines.map { line -> OrderItem in
            let quantity = try #require(Quantity(rawValue: line.quantity))
            return try OrderItem(
                productID: Product.ID(), sku: SKU("MUG-1"), name: line.name, quantity: quantity,
                price: LinePrice(Money(line.price, currency), times: quantity))
        }
        let totals = try OrderTotals(
            subtotal: Money.sum(items.map(\.total), in: currency), discount: Money(extras.discount, currency),
            shipping: Money(extras.shipping, currency), tax: Money(extras.tax, currency))
        return Order(
            id: Order.ID(), number: 1042, cartID: Cart.ID(), userID: nil, email: try email.map { try EmailAddress($0) }, status: .confirmed,
            fulfilment: .unfulfilled, version: 1, items: items, totals: totals, rate: nil, payment: nil, shippingAddress: address,
            reservedUntil: nil, createdAt: Date(), updatedAt: Date(), confirmedAt: Date())
    }

    private func render(_ order: Order) throws -> MailMessage {
        let delivery = MailDelivery(
            id: try #require(MailDelivery.ID("0192f0c1-2b3c-7d4e-8f50-112233445566")), orderID: order.id, kind: .orderConfirmation,
            status: .pending, attempt: 1, recipient: order.email)
        let mail = try OrderConfirmationMail(sender: MailSender(Self.sender), shopName: "Mug & Co")
        let message = try mail.render(delivery, order: order, at: Date(timeIntervalSince1970: 0))
        #expect(message.messageID == mail.messageID(of: delivery))
        return message
    }

    @Test("The text part, whole")
    func text() throws {
        let address = try Address(name: "Ann <Lee>", line1: "Main St. 1", city: "Berlin", postalCode: "10115", country: "DE")
        let message = try render(
            order(
                [("Mug \"A\"", 2, 1_250), ("Kettle & Lid", 1, 123_400)], .usd, extras: (discount: 500, shipping: 495, tax: 0),
                address: address))
        #expect(message.subject == "Your Mug & Co order 1042 is confirmed")
        #expect(message.messageID == "<delivery.0192f0c1-2b3c-7d4e-8f50-112233445566@shop.example>")
        #expect(
            message.text == """
                Thank you for your order.

                Your payment was received and your order 1042 is confirmed.

                2 x Mug "A" (MUG-1), $12.50 each: $25.00
                1 x Kettle & Lid (MUG-1), $1,234.00 each: $1,234.00

                Subtotal: $1,259.00
                Discount: -$5.00
                Shipping: $4.95
                Total: $1,258.95

                It will be sent to:
                Ann <Lee>
                Main St. 1
                10115 Berlin
                DE

                Mug & Co

                """)
    }

    @Test("The HTML part escapes what people entered and loads nothing from elsewhere")
    func html() throws {
        let address = try Address(name: "<img src=x>", line1: "1", city: "B", country: "DE")
        let html = try render(order([("<script>alert(1)</script>", 1, 100)], .eur, address: address)).html
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("&lt;img src=x&gt;"))
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("http") && !html.contains("{{"))
        #expect(html.contains("€1.00") && html.contains("Mug &amp; Co") && html.contains("1042"))
        #expect(!html.contains("Discount") && !html.contains("Tax"))
    }

    @Test(
        "Amounts are written for their currency",
        arguments: [
            (5, "USD", "$0.05"), (100_000_000, "USD", "$1,000,000.00"), (1999, "JPY", "¥1,999"), (1, "GBP", "£0.01"),
            (1234, "KWD", "KWD 1.234"),
            (99_900, "CHF", "CHF 999.00"), (700, "ISK", "ISK 700"),
        ])
    func amounts(amount: Int64, code: String, text: String) throws {
        let message = try render(order([("Mug", 1, amount)], try currency(code)))
        #expect(message.text.contains("\nTotal: \(text)\n"))
        #expect(message.html.contains("<strong>\(text)</strong>"))
    }

    @Test("Without an address there is no mail")
    func erased() throws {
        #expect(throws: MailRenderingError.noRecipient) { try render(order([("Mug", 1, 1)], .usd, email: nil)) }
        #expect(try !render(order([("Mug", 1, 1)], .usd)).text.contains("It will be sent to"))
    }
}
