import Domain
import FoundationEssentials
import Providers
import Testing

@Suite("An email says what happened to an order, in its language")
struct OrderEmailTests {
    private static let sender = "The Shop <orders@shop.example>"
    /// Late in the evening of 23 November 2026 in Europe, which is the 24th there and not yet in Greenwich.
    private static let evening = Date(timeIntervalSince1970: 1_795_474_800)

    private static let shipment = Shipment.ID()

    private func order(
        _ lines: [(name: String, quantity: Int, price: Int64)] = [("Mug", 1, 1_250)], _ currency: Currency = .usd,
        extras: (discount: Int64, shipping: Int64, tax: Int64) = (0, 0, 0), address: Address? = nil,
        email: String? = "ann@home.example", status: OrderStatus = .confirmed, payment: PaymentStatus = .captured,
        refunded: Int64 = 0, in language: Language = .english, fulfillment: FulfillmentStatus = .unfulfilled,
        shipped: (pieces: Int, tracking: ShipmentTracking) = (1, ShipmentTracking(carrier: "Post <&>", number: "A 1"))
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
            id: Order.ID(), number: 1042, cartID: Cart.ID(), userID: nil, email: try email.map { try EmailAddress($0) },
            status: status,
            fulfillment: fulfillment, version: 1, items: items, totals: totals, rate: nil,
            payment: Payment(
                id: Payment.ID(), status: payment, amount: totals.total, providerID: nil, attempt: 1,
                method: "pm_card_visa",
                declineCode: nil, clientSecret: nil),
            shippingAddress: address,
            reservedUntil: status == .paymentFailed ? Self.evening.addingTimeInterval(900) : nil,
            createdAt: Self.evening, updatedAt: Self.evening, confirmedAt: Self.evening,
            refunded: Money(refunded, currency),
            language: language,
            shipments: [
                Shipment(
                    id: Self.shipment,
                    items: items.map { .init(productID: $0.productID, sku: $0.sku, quantity: shipped.pieces) },
                    tracking: shipped.tracking, shippedAt: Self.evening.addingTimeInterval(86_400),
                    deliveredAt: Self.evening.addingTimeInterval(2 * 86_400))
            ])
    }

    private func render(
        _ order: Order, _ kind: EmailKind = .orderConfirmation, refund: Int64? = nil, in zone: String = "GMT",
        shop: ShopIdentity? = nil
    ) throws -> EmailMessage {
        let refund = refund.map {
            Refund(
                id: Refund.ID(), orderID: order.id, paymentID: Payment.ID(), amount: Money($0, order.currency),
                reason: .requestedByCustomer, status: .succeeded, providerID: nil, failureReason: nil, restock: false,
                createdAt: Self.evening, settledAt: Self.evening.addingTimeInterval(86_400))
        }
        let delivery = EmailDelivery(
            id: try #require(EmailDelivery.ID("0192f0c1-2b3c-7d4e-8f50-112233445566")), orderID: order.id, kind: kind,
            refundID: refund?.id, shipmentID: kind.isAboutShipment ? Self.shipment : nil,
            status: .pending, attempt: 1, recipient: order.email)
        let email = try OrderEmailRenderer(
            sender: EmailSender(Self.sender), shop: shop ?? ShopIdentity(name: "Mug & Co"),
            timeZone: try #require(TimeZone(identifier: zone)))
        let message = try email.render(delivery, order: order, refund: refund, at: Date(timeIntervalSince1970: 0))
        #expect(message.messageID == email.messageID(of: delivery))
        #expect(message.deliveryID == delivery.id)
        return message
    }

    @Test(
        "an order that cost nothing speaks of no payment",
        arguments: [(Language.english, "payment"), (.german, "Zahlung"), (.french, "paiement")])
    func free(_ language: Language, _ word: String) throws {
        let confirmed = try render(order([("Leaflet", 2, 0)], payment: .notRequired, in: language))
        #expect(!confirmed.text.contains(word) && !confirmed.html.contains(word))
        #expect(confirmed.text.contains("1042"))
        let canceled = try render(
            order([("Leaflet", 2, 0)], status: .canceled, payment: .notRequired, in: language), .cancellation)
        for wrong in ["charged", "abgebucht", "débité", "way back", "zurück", "remboursé"] {
            #expect(!canceled.text.contains(wrong))
        }
    }

    @Test(
        "a refused payment is said to be that, and nothing else",
        arguments: [
            (Language.english, "could not be processed"), (.german, "konnte nicht ausgeführt werden"),
            (.french, "n’a pas pu être effectué"),
        ])
    func refused(_ language: Language, _ words: String) throws {
        let message = try render(order(status: .rejected, payment: .canceled, in: language), .cancellation)
        for part in [message.text, message.html] {
            #expect(part.contains(words))
            for wrong in ["paid in time", "rechtzeitig", "à temps", "is canceled.</p>", "way back"] {
                #expect(!part.contains(wrong))
            }
        }
    }

    @Test("the text of a confirmation, whole")
    func text() throws {
        let address = try Address(
            name: "Ann <Lee>", line1: "Main St. 1", city: "Berlin", postalCode: "10115", country: "DE")
        let message = try render(
            order(
                [("Mug \"A\"", 2, 1_250), ("Kettle & Lid", 1, 123_400)], .usd,
                extras: (discount: 500, shipping: 495, tax: 0),
                address: address))
        #expect(message.subject == "Your Mug & Co order 1042 is confirmed")
        #expect(message.messageID == "<delivery.0192f0c1-2b3c-7d4e-8f50-112233445566@shop.example>")
        #expect(
            message.text == """
                Thank you for your order.

                Your payment was received and your order 1042 of November 23, 2026 is confirmed.

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
                Germany

                Mug & Co

                """)
    }

    @Test(
        "the HTML part escapes what people entered and loads nothing from elsewhere", arguments: EmailKind.allCases,
        Language.allCases)
    func html(kind: EmailKind, language: Language) throws {
        let address = try Address(name: "<img src=x>", line1: "1", city: "B", country: "DE")
        let message = try render(
            order([("<script>alert(1)</script>", 1, 100)], .eur, address: address, in: language), kind, refund: 60)
        let html = message.html
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("http"))
        #expect(
            html.contains("Mug &amp; Co") && html.contains("1042")
                && html.contains("<html lang=\"\(language.rawValue)\">"))
        #expect(html.contains(kind == .orderConfirmation ? "&lt;script&gt;alert(1)&lt;/script&gt;" : "Mug &amp; Co"))
        for part in [html, message.text, message.subject] {
            #expect(!part.contains("{{") && !part.contains("}}") && !part.isEmpty)
        }
        #expect(message.subject.contains("Mug & Co") && message.subject.contains("1042"))
        #expect(!message.text.contains("\n\n\n"), "\(message.text)")
    }

    @Test(
        "every email bears the shop's name, address, contact and picture, and nobody else's",
        arguments: EmailKind.allCases, Language.allCases
    )
    func identity(kind: EmailKind, language: Language) throws {
        let contacts = ["help@mug.example", "+44 20 7946 0000", "https://mug.example/help?a=1&b=2"].map {
            ShopIdentity.Contact($0)
        }
        let shop = try ShopIdentity(
            name: "Mug & Co", address: ["1 High Street", "London", "SW1A 1AA"], contacts: contacts.compactMap(\.self),
            logo: EmailImage(Array("GIF89a".utf8)))
        let message = try render(order(in: language), kind, refund: 60, shop: shop)
        #expect(
            message.text.hasSuffix(
                """
                \nMug & Co\n1 High Street\nLondon\nSW1A 1AA\nhelp@mug.example\n+44 20 7946 0000\n\
                https://mug.example/help?a=1&b=2\n
                """
            ))
        #expect(message.html.contains("<br>1 High Street\n<br>London\n<br>SW1A 1AA\n"))
        #expect(
            message.html.contains(#"<a href="mailto:help@mug.example""#)
                && message.html.contains(#"<a href="tel:+442079460000""#))
        #expect(message.html.contains(#"<a href="https://mug.example/help?a=1&amp;b=2""#))
        #expect(message.html.contains(#"<img src="cid:shop-logo" alt="Mug &amp; Co""#) && message.logo == shop.logo)
        for part in [message.subject, message.text, message.html] {
            #expect(!part.contains("Cartwright") && !part.contains("{{"))
        }
        let plain = try render(order(in: language), kind, refund: 60)
        #expect(plain.text.hasSuffix("\nMug & Co\n") && !plain.html.contains("<img") && plain.logo == nil)
    }

    @Test("a name, an address or a contact that could forge or break an email is refused")
    func strictIdentity() {
        for name in ["", "   ", "a\nb", "a\u{2028}b", String(repeating: "a", count: 81)] {
            #expect(throws: ProviderSettingError.self) { try ShopIdentity(name: name) }
        }
        #expect(throws: ProviderSettingError.self) { try ShopIdentity(address: ["a\r\nb"]) }
        #expect(throws: ProviderSettingError.self) { try ShopIdentity(address: Array(repeating: "a", count: 9)) }
        for contact in [
            "javascript:alert(1)", "call us", "123", "https://a b", #"https://a"onclick=""#, "ftp://a.example", "a@b",
            "+1;ext=2 555 0100",
        ] {
            #expect(ShopIdentity.Contact(contact) == nil, "\(contact)")
        }
    }

    @Test(
        "amounts are written for currency and language",
        arguments: [
            (5, "USD", Language.english, "$0.05"), (100_000_000, "USD", .english, "$1,000,000.00"),
            (1999, "JPY", .english, "¥1,999"),
            (1, "GBP", .english, "£0.01"), (1230, "KWD", .english, "KWD 1.230"),
            (99_900, "CHF", .english, "CHF 999.00"),
            (700, "ISK", .english, "ISK 700"), (123_456, "EUR", .german, "1.234,56 €"),
            (1_250, "USD", .german, "12,50 $"),
            (1999, "JPY", .german, "1.999 ¥"), (123_456, "EUR", .french, "1 234,56 €"),
            (99_900, "CHF", .french, "999,00 CHF"),
        ])
    func amounts(amount: Int64, code: String, language: Language, text: String) throws {
        let message = try render(order([("Mug", 1, amount)], try currency(code), in: language))
        // Amounts are held together by spaces that do not break, narrow ones in French.
        func plain(_ text: String) -> String { String(text.map { $0 == "\u{A0}" || $0 == "\u{202F}" ? " " : $0 }) }
        #expect(plain(message.text).contains(": \(text)\n"), "\(message.text)")
        #expect(plain(message.html).contains("<strong>\(text)</strong>"))
    }

    @Test("days are those of the shop, as its customers write them")
    func days() throws {
        #expect(try render(order(in: .german)).text.contains("vom 23. November 2026 ist"))
        #expect(try render(order(in: .german), in: "Europe/Berlin").text.contains("vom 24. November 2026 ist"))
        #expect(try render(order(in: .french), in: "Europe/Paris").text.contains("du 24 novembre 2026 est"))
    }

    @Test("a declined payment: nothing was charged, and until when another card can be tried")
    func declined() throws {
        let text = try render(
            order(status: .paymentFailed, payment: .failed, in: .german), .paymentFailed, in: "Europe/Berlin"
        ).text
        #expect(text.contains("nichts abgebucht") && text.contains("24. November 2026 um 00:15 MEZ"), "\(text)")
    }

    @Test("a refund: how much went back and when, and how much in all")
    func refund() throws {
        let first = try render(order(refunded: 250), .refund, refund: 250).text
        #expect(first.contains("We have refunded $2.50 for your order 1042 of November 23, 2026 on November 24, 2026."))
        #expect(!first.contains("earlier refunds"))
        #expect(try render(order(refunded: 750), .refund, refund: 500).text.contains("that makes $7.50 of $12.50"))
        #expect(throws: EmailRenderingError.noRefund) { try render(order(), .refund) }
    }

    @Test("goods on their way: what is in the shipment, how to follow it, and whether more follows")
    func shipped() throws {
        let tracking = ShipmentTracking(carrier: "DHL", number: "0034", url: "https://dhl.example/?id=0034&a=1")
        let part = try render(
            order([("Mug", 3, 1_250)], fulfillment: .partiallyFulfilled, shipped: (2, tracking)), .shipped)
        #expect(part.subject == "Your Mug & Co order 1042 has shipped")
        #expect(
            part.text == """
                Your goods are on their way.

                A part of your order 1042 of November 23, 2026 was shipped on November 24, 2026.

                2 x Mug (MUG-1)

                Carrier: DHL
                Tracking number: 0034
                Follow it: https://dhl.example/?id=0034&a=1

                The rest of it follows.

                Mug & Co

                """)
        #expect(part.html.contains(#"<a href="https://dhl.example/?id=0034&amp;a=1""#))
        let whole = try render(
            order([("Mug", 2, 1_250)], in: .german, fulfillment: .fulfilled, shipped: (2, ShipmentTracking())), .shipped
        )
        #expect(whole.text.contains("Ihre Bestellung 1042 vom 23. November 2026 wurde am 24. November 2026 versandt."))
        #expect(!whole.text.contains("Rest") && !whole.text.contains("Sendungsnummer"))
        let arrived = try render(order(in: .french, shipped: (1, ShipmentTracking())), .delivered).text
        #expect(arrived.contains("a été livrée le 25 novembre 2026."))
    }

    @Test(
        "a cancellation says why and what becomes of the money",
        arguments: [
            (OrderStatus.expired, PaymentStatus.canceled, "was not paid in time", "Nothing was charged"),
            (.canceled, .canceled, "is canceled", "Nothing was charged"),
            (.canceled, .captured, "is canceled", "is on its way back to you"),
        ])
    func cancellation(status: OrderStatus, payment: PaymentStatus, why: String, money: String) throws {
        let text = try render(order(status: status, payment: payment), .cancellation).text
        #expect(text.contains("of November 23, 2026 \(why)") && text.contains(money), "\(text)")
        #expect(text.contains("on its way back") != text.contains("Nothing"))
    }

    @Test("without an address there is no email")
    func erased() throws {
        #expect(throws: EmailRenderingError.noRecipient) { try render(order(email: nil)) }
        #expect(try !render(order()).text.contains("It will be sent to"))
    }
}
