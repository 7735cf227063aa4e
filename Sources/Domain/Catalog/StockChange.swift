package import FoundationEssentials

/// One change of how many pieces of a unit are in the house, as it was written down. What confirmed orders take is not
/// written down piece by piece: it is what lies between two changes (``consumedBefore``).
package struct StockChange: Hashable, Sendable {
    /// Rises with every change of the shop.
    package let sequence: Int64
    package let sku: SKU
    package let at: Date
    /// Who made it: `user:<id>`, `guest`, `system:<name>`.
    package let actor: String
    package let reason: StockChangeReason
    /// Pieces in the house before it.
    package let before: Int
    /// Pieces in the house after it.
    package let after: Int
    /// Pieces that confirmed orders took since the change before; `nil` where there is none.
    package let consumedBefore: Int?
    /// The order whose pieces came back.
    package let orderID: Order.ID?
    /// The number of a delivery, of a count.
    package let reference: String?
    /// What staff wrote about it.
    package let note: String?

    /// Puts a change together from stored parts.
    package init(
        sequence: Int64, sku: SKU, at: Date, actor: String, reason: StockChangeReason, before: Int, after: Int,
        consumedBefore: Int?, orderID: Order.ID? = nil, reference: String? = nil, note: String? = nil
    ) {
        self.sequence = sequence
        self.sku = sku
        self.at = at
        self.actor = actor
        self.reason = reason
        self.before = before
        self.after = after
        self.consumedBefore = consumedBefore
        self.orderID = orderID
        self.reference = reference
        self.note = note
    }

    /// How many pieces more there are by it; fewer when negative. Both numbers come from `integer` columns.
    package var difference: Int { after - before }

    /// Characters of a note.
    package static let noteLength = 1...500

    /// Whether a text can name a delivery or a count. Not read as other texts are: some numbers of deliveries look like
    /// those of payment cards.
    package static func isReference(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.first != " " && text.last != " "
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: " #-./:_".utf8.contains(byte)
                }
            }
    }

    /// Whether a text can be a note: one line, without the number of a card.
    package static func isNote(_ text: String) -> Bool {
        noteLength.contains(text.unicodeScalars.count) && !text.allSatisfy(\.isWhitespace)
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            && !CardNumber.occurs(in: text, .lenient)
    }
}

/// Why stock changed. The raw values are stored and shown; they never change.
package enum StockChangeReason: String, Hashable, Codable, Sendable, CaseIterable {
    /// The unit came into the catalog with so many pieces.
    case opening
    /// Goods came in.
    case received
    /// Goods came back that no refund puts on the shelf.
    case returned
    /// Goods cannot be sold any more.
    case damaged
    /// Goods are not where they should be.
    case lost
    /// The shelf was counted.
    case counted
    /// What was written down before was wrong.
    case correction
    /// A refund put goods on the shelf.
    case refund
    /// An order that had taken goods was canceled, or its payment voided.
    case orderCanceled = "order_canceled"

    /// Whether staff may give it; the others are the system's own.
    package var isForPeople: Bool {
        switch self {
        case .received, .returned, .damaged, .lost, .counted, .correction: true
        case .opening, .refund, .orderCanceled: false
        }
    }

    /// Whether a change may have it. Goods that come in become more and damaged ones fewer; by how many is said, and
    /// not how many there are then. A count or a correction may say either.
    package func allows(_ amount: StockAmount) -> Bool {
        switch (self, amount) {
        case (.received, .by(let number)), (.returned, .by(let number)): number > 0
        case (.damaged, .by(let number)), (.lost, .by(let number)): number < 0
        case (.counted, _), (.correction, .to): true
        case (.correction, .by(let number)): number != 0
        case (.received, .to), (.returned, .to), (.damaged, .to), (.lost, .to): false
        case (.opening, _), (.refund, _), (.orderCanceled, _): false
        }
    }

    /// Those that staff may give, for messages.
    package static let forPeople = allCases.filter(\.isForPeople).map(\.rawValue).joined(separator: ", ")

    /// What a change with this reason has to say, for messages.
    package var expectation: String {
        switch self {
        case .received, .returned: "Goods that are \(rawValue) are more: expected by, above zero."
        case .damaged, .lost: "Goods that are \(rawValue) are fewer: expected by, below zero."
        case .counted: "Expected on_hand or by."
        case .correction: "Expected on_hand, or by other than zero."
        case .opening, .refund, .orderCanceled: "Only the shop itself gives this reason."
        }
    }
}

/// How stock is to change.
package enum StockAmount: Hashable, Sendable {
    /// So many pieces are in the house afterwards.
    case to(Int)
    /// So many more; fewer when negative.
    case by(Int)
}

/// What is to be done about the stock of one unit.
package struct StockCorrection: Hashable, Sendable {
    /// The most pieces of one unit that are put into the house.
    package static let maximumOnHand = 100_000_000

    /// Why it cannot be done.
    package enum Refusal: Error, Hashable, Sendable {
        /// Another number of pieces is in the house than the request expects.
        case changed
        /// At least so many pieces have to stay: they are reserved.
        case belowReserved(minimum: Int)
        /// At most so many pieces can be put into the house.
        case aboveMaximum(maximum: Int)
    }

    /// `nil` where the number of pieces stays as it is.
    package let amount: StockAmount?
    /// As many pieces as the request expects in the house; any number when `nil`.
    package let expected: Int?

    package init(_ amount: StockAmount?, expected: Int? = nil) {
        self.amount = amount
        self.expected = expected
    }

    /// How many pieces are in the house afterwards: never fewer than are reserved, nor more than the bound. What lies
    /// above the bound already may become less.
    ///
    /// - Parameter consumed: pieces that orders have taken so far; the two together fit an `integer` column.
    package func applied(to stock: Stock, consumed: Int = 0) -> Result<Int, Refusal> {
        if let expected, expected != stock.onHand { return .failure(.changed) }
        let room = Int(Int32.max).subtractingReportingOverflow(max(0, consumed))
        let maximum = min(Self.maximumOnHand, room.overflow ? 0 : max(0, room.partialValue))
        let minimum = max(0, stock.reserved)
        switch amount {
        case nil: return .success(stock.onHand)
        case .to(let number): return Self.checked(number, minimum, maximum, stock)
        case .by(let number):
            let (sum, overflow) = stock.onHand.addingReportingOverflow(number)
            return Self.checked(overflow ? (number < 0 ? .min : .max) : sum, minimum, maximum, stock)
        }
    }

    private static func checked(_ after: Int, _ minimum: Int, _ maximum: Int, _ stock: Stock) -> Result<Int, Refusal> {
        if after < minimum { return .failure(.belowReserved(minimum: minimum)) }
        if after > maximum, after > stock.onHand { return .failure(.aboveMaximum(maximum: maximum)) }
        return .success(after)
    }
}

/// The stock of one unit, as staff see it.
package struct StockLevel: Hashable, Sendable {
    package let stock: Stock
    package let productID: Product.ID
    /// The product's name.
    package let name: String
    /// Whether the product can be bought and is listed.
    package let isActive: Bool
    /// The unit's own threshold; the shop's holds when `nil`.
    package let ownThreshold: Int?
    /// At so many pieces that can still be promised, or fewer, it is low.
    package let threshold: Int

    /// - Parameter shopThreshold: the shop's own.
    package init(
        stock: Stock, productID: Product.ID, name: String, isActive: Bool, ownThreshold: Int?, shopThreshold: Int
    ) {
        self.stock = stock
        self.productID = productID
        self.name = name
        self.isActive = isActive
        self.ownThreshold = ownThreshold
        threshold = ownThreshold ?? shopThreshold
    }

    /// Whether pieces should be ordered. Of what is not for sale none are needed.
    package var isLow: Bool { isActive && stock.available <= threshold }
}
