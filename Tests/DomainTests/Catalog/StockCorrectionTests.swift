import Domain
import Testing

@Suite("Stock is corrected within its bounds, whatever the numbers")
struct StockCorrectionTests {
    private func stock(_ onHand: Int, reserved: Int = 0) throws -> Stock {
        Stock(sku: try SKU("PEN"), onHand: onHand, reserved: reserved)
    }

    @Test("what is reserved stays in the house")
    func reserved() throws {
        let stock = try stock(10, reserved: 4)
        #expect(StockCorrection(.by(-6)).applied(to: stock) == .success(4))
        #expect(StockCorrection(.to(4)).applied(to: stock) == .success(4))
        for amount in [StockAmount.by(-7), .by(.min), .to(3), .to(-1), .to(.min)] {
            #expect(StockCorrection(amount).applied(to: stock) == .failure(.belowReserved(minimum: 4)), "\(amount)")
        }
    }

    @Test("no more comes in than the bound, and what is above it may become less")
    func maximum() throws {
        let most = StockCorrection.maximumOnHand
        #expect(StockCorrection(.to(most)).applied(to: try stock(1)) == .success(most))
        for amount in [StockAmount.to(most + 1), .to(.max), .by(most), .by(.max)] {
            #expect(
                StockCorrection(amount).applied(to: try stock(1)) == .failure(.aboveMaximum(maximum: most)),
                "\(amount)")
        }
        #expect(StockCorrection(.by(-1)).applied(to: try stock(most + 9)) == .success(most + 8))
    }

    @Test("what is there and what orders took fit the column of their sum")
    func column() throws {
        let consumed = Int(Int32.max) - 10
        #expect(StockCorrection(.to(10)).applied(to: try stock(1), consumed: consumed) == .success(10))
        #expect(
            StockCorrection(.to(11)).applied(to: try stock(1), consumed: consumed)
                == .failure(.aboveMaximum(maximum: 10)))
        for consumed in [Int.min, .max] {
            _ = StockCorrection(.by(1)).applied(to: try stock(1), consumed: consumed)
        }
    }

    @Test("a change that expects another number is refused, and one that says none keeps the number")
    func expected() throws {
        #expect(StockCorrection(.to(5), expected: 9).applied(to: try stock(10)) == .failure(.changed))
        #expect(StockCorrection(.to(5), expected: 10).applied(to: try stock(10)) == .success(5))
        #expect(StockCorrection(nil).applied(to: try stock(10, reserved: 10)) == .success(10))
    }

    @Test("a reason allows what its word says, and the shop's own allow nothing")
    func reasons() {
        let amounts: [StockAmount] = [.by(1), .by(-1), .by(0), .to(0)]
        let allowed: [StockChangeReason: [StockAmount]] = [
            .received: [.by(1)], .returned: [.by(1)], .damaged: [.by(-1)], .lost: [.by(-1)], .counted: amounts,
            .correction: [.by(1), .by(-1), .to(0)], .opening: [], .refund: [], .orderCanceled: [],
        ]
        for reason in StockChangeReason.allCases {
            #expect(amounts.filter { reason.allows($0) } == allowed[reason], "\(reason)")
            #expect(reason.isForPeople == (allowed[reason] != []), "\(reason)")
        }
    }

    @Test("a unit is low at its threshold and below it, and only while it is listed")
    func low() throws {
        func level(_ available: Int, own: Int? = nil, isActive: Bool = true) throws -> StockLevel {
            StockLevel(
                stock: try stock(available + 3, reserved: 3), productID: Product.ID(), name: "Pen", isActive: isActive,
                ownThreshold: own, shopThreshold: 5)
        }
        #expect(try level(5).isLow && level(0).isLow && level(0, own: 0).isLow && level(9, own: 9).isLow)
        #expect(try !level(6).isLow && !level(1, own: 0).isLow && !level(0, isActive: false).isLow)
    }

    @Test(
        "references are numbers of deliveries and counts",
        arguments: [("DN 2026/118", true), ("4242424242424242", true), ("a#b_c.d:e", true), ("", false), (" 1", false)]
            + [("1\n", false), ("<b>", false), ("é", false), (String(repeating: "1", count: 101), false)])
    func references(text: String, isOne: Bool) { #expect(StockChange.isReference(text) == isOne) }

    @Test(
        "notes are one line without the number of a card",
        arguments: [
            ("Fell off the shelf – twice.", true), (" ", false), ("", false), ("a\nb", false), ("\u{7}", false),
        ]
            + [("4242 4242 4242 4242", false), (String(repeating: "é", count: 501), false)])
    func notes(text: String, isOne: Bool) { #expect(StockChange.isNote(text) == isOne) }
}
