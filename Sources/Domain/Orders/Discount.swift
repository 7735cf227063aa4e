package import FoundationEssentials

/// What makes orders cheaper: with a code that customers type, or by itself.
package struct Discount: Hashable, Sendable {
    package typealias ID = Identifier<Discount>

    /// What it takes off.
    package enum Effect: Hashable, Sendable {
        /// So many hundredths of a per cent, 1 to 10,000.
        case percentage(basisPoints: Int)
        /// So much in the shop's currency, but never more than the goods cost.
        case fixed(Money)
        /// What sending costs.
        case freeShipping
    }

    package let id: ID
    /// `nil` when it applies by itself.
    package let code: DiscountCode?
    /// What customers read, 1 to 100 characters.
    package let title: String
    package let effect: Effect
    /// The goods must cost so much, in the shop's currency.
    package let minimum: Money?
    /// From when on it applies.
    package let startsAt: Date?
    /// From when on it does not apply any more.
    package let endsAt: Date?
    /// How many orders may have it.
    package let maximumUses: Int?
    /// How many orders of one customer may have it: of an account, or of an email address of guests.
    package let maximumUsesPerCustomer: Int?
    /// Whether it is for customers who have bought nothing yet.
    package let isFirstOrderOnly: Bool
    /// Whether it may be given together with others that may.
    package let combines: Bool
    /// Whether it is given at all.
    package let isActive: Bool

    package init(
        id: ID = ID(), code: DiscountCode? = nil, title: String, effect: Effect, minimum: Money? = nil,
        startsAt: Date? = nil, endsAt: Date? = nil, maximumUses: Int? = nil, maximumUsesPerCustomer: Int? = nil,
        isFirstOrderOnly: Bool = false, combines: Bool = false, isActive: Bool = true
    ) {
        self.id = id
        self.code = code
        self.title = title
        self.effect = effect
        self.minimum = minimum
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.maximumUses = maximumUses
        self.maximumUsesPerCustomer = maximumUsesPerCustomer
        self.isFirstOrderOnly = isFirstOrderOnly
        self.combines = combines
        self.isActive = isActive
    }
}

/// What customers type to get a discount: 1 to 40 letters, digits, `-` and `_`, beginning with a letter or a digit.
/// Lower case is taken as upper case.
package struct DiscountCode: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The code in upper case.
    package let rawValue: String

    /// `nil` for what breaks the rules.
    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (1...40).contains(bytes.count), bytes.allSatisfy(Self.isAllowed), let first = bytes.first,
            first != UInt8(ascii: "-"), first != UInt8(ascii: "_")
        else { return nil }
        self.rawValue = rawValue.uppercased()
    }

    package var description: String { rawValue }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// A discount, and all that decides whether a purchase may have it.
package struct DiscountOffer: Hashable, Sendable {
    package let discount: Discount
    /// Its fixed amount in the currency of the purchase, `nil` for percentages.
    package let amount: Money?
    /// Its minimum in the currency of the purchase.
    package let minimum: Money?
    /// Whether its time has not come yet.
    package let isEarly: Bool
    /// Whether its time is over.
    package let isOver: Bool
    /// Whether as many orders have it as may.
    package let isUsedUp: Bool
    /// Whether as many orders of this customer have it as may.
    package let isUsedUpByCustomer: Bool
    /// Whether this customer bought something before.
    package let isForAnotherOrder: Bool

    package init(
        _ discount: Discount, amount: Money? = nil, minimum: Money? = nil, isEarly: Bool = false, isOver: Bool = false,
        isUsedUp: Bool = false, isUsedUpByCustomer: Bool = false, isForAnotherOrder: Bool = false
    ) {
        self.discount = discount
        self.amount = amount
        self.minimum = minimum
        self.isEarly = isEarly
        self.isOver = isOver
        self.isUsedUp = isUsedUp
        self.isUsedUpByCustomer = isUsedUpByCustomer
        self.isForAnotherOrder = isForAnotherOrder
    }

    /// Why goods of this price may not have it, `nil` when they may.
    package func refusal(for subtotal: Money) -> DiscountRefusal? {
        if !discount.isActive { return .unknown }
        if isEarly { return .notStarted }
        if isOver { return .ended }
        if isUsedUp { return .usedUp }
        if isUsedUpByCustomer { return .usedUpByCustomer }
        if discount.isFirstOrderOnly && isForAnotherOrder { return .firstOrderOnly }
        if let minimum, subtotal.amount < minimum.amount { return .minimumNotReached(minimum) }
        return nil
    }
}

/// Why a purchase may not have a discount.
package enum DiscountRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is none with this code.
    case unknown
    case notStarted
    case ended
    /// As many orders have it as may.
    case usedUp
    /// As many orders of this customer have it as may.
    case usedUpByCustomer
    case firstOrderOnly
    /// The goods must cost so much.
    case minimumNotReached(Money)

    /// A stable code for programs.
    package var code: String {
        switch self {
        case .unknown: "unknown"
        case .notStarted: "not_started"
        case .ended: "ended"
        case .usedUp: "used_up"
        case .usedUpByCustomer: "used_by_you"
        case .firstOrderOnly: "first_order_only"
        case .minimumNotReached: "minimum_not_reached"
        }
    }

    /// A sentence for customers.
    package var description: String {
        switch self {
        case .unknown: "There is no such code."
        case .notStarted: "The code cannot be used yet."
        case .ended: "The code cannot be used any more."
        case .usedUp: "The code has been used as often as it may be."
        case .usedUpByCustomer: "You have used the code as often as one customer may."
        case .firstOrderOnly: "The code is for a customer's first order."
        case .minimumNotReached(let minimum): "The code can be used for goods of \(minimum) or more."
        }
    }
}

/// A discount as a purchase has it.
package struct AppliedDiscount: Hashable, Sendable {
    package let id: Discount.ID
    /// `nil` when it applied by itself.
    package let code: DiscountCode?
    /// What customers read.
    package let title: String
    /// What it takes off. Nothing for free shipping in a cart, of which it is not known yet where it goes.
    package let amount: Money
    /// Whether it is taken off what sending costs, and not off the goods.
    package let isForShipping: Bool

    package init(id: Discount.ID, code: DiscountCode?, title: String, amount: Money, isForShipping: Bool = false) {
        self.id = id
        self.code = code
        self.title = title
        self.amount = amount
        self.isForShipping = isForShipping
    }
}

/// What discounts take off a purchase, line by line, and off what sending it costs: a pure function of lines, offers
/// and the price of sending.
///
/// Discounts that combine are given together; any other is given alone. Of these ways the one is taken that leaves
/// least to be paid. Amounts are rounded half up to what can be charged (``Currency/chargeableStep``), and never take a
/// line below zero.
package struct Discounting: Hashable, Sendable {
    /// What is given, in the order in which it is taken off: percentages, fixed amounts, and then free shipping.
    package let applied: [AppliedDiscount]
    /// What is taken off each line; adds up to `total`.
    package let lines: [Money]
    /// What is taken off the goods in all.
    package let total: Money
    /// What sending costs after discounts; `nil` where it was not asked for, or the goods cannot be sent.
    package let shipping: Money?

    /// - Parameter shipping: what sending goods costs that cost so much after discounts, `nil` when they cannot be
    ///   sent. Left out where it is not known yet where they go.
    /// - Throws: `currencyMismatch` or `overflow`.
    package init(
        of lines: [Money], _ offers: [DiscountOffer], in currency: Currency, shipping: ((Money) -> Money?)? = nil
    ) throws(MoneyError) {
        let subtotal = try Money.sum(lines, in: currency)
        let open = offers.filter { $0.refusal(for: subtotal) == nil }
        let together = open.filter(\.discount.combines)
        let ways = (together.isEmpty ? [] : [together]) + open.filter { !$0.discount.combines }.map { [$0] }
        var best = try Way([], of: subtotal, shipping)
        // Of two ways that come to the same the earlier stays: with a code before those without, and then by id.
        for offers in ways.map({ $0.sorted(by: Self.comesFirst) }).sorted(by: Self.isPreferred) {
            let way = try Way(offers, of: subtotal, shipping)
            if way.isBetter(than: best) { best = way }
        }
        applied = best.given
        total = try subtotal.subtracting(best.goods)
        self.shipping = best.shipping
        self.lines = try Self.share(total, over: lines)
    }

    /// One way of giving discounts, and what it leaves to be paid.
    private struct Way {
        var given: [AppliedDiscount] = []
        var goods: Money
        var shipping: Money?
        /// Whether it is known where the goods go, and they cannot be sent.
        let isImpossible: Bool

        /// Takes one off after the other, each off what those before it have left.
        init(_ offers: [DiscountOffer], of subtotal: Money, _ price: ((Money) -> Money?)?) throws(MoneyError) {
            goods = subtotal
            for offer in offers {
                let amount: Money
                switch offer.discount.effect {
                case .percentage(let points): amount = goods.percentage(basisPoints: points)
                case .fixed:
                    guard let fixed = offer.amount, fixed.currency == goods.currency else { throw .currencyMismatch }
                    let worth = min(fixed.amount, goods.amount)
                    amount = Money(worth - worth % goods.currency.chargeableStep, goods.currency)
                case .freeShipping: continue
                }
                guard amount.amount > 0 else { continue }
                goods = try goods.subtracting(amount)
                given.append(AppliedDiscount(offer.discount, amount))
            }
            shipping = price?(goods)
            isImpossible = price != nil && shipping == nil
            // One is enough, and none is used where sending costs nothing.
            guard let free = offers.first(where: { $0.discount.effect == .freeShipping }) else { return }
            if let cost = shipping, cost.amount == 0 { return }
            given.append(AppliedDiscount(free.discount, shipping ?? .zero(goods.currency), isForShipping: true))
            if shipping != nil { shipping = .zero(goods.currency) }
        }

        /// Whether less is left to be paid. Where it is not known what sending costs, sending for nothing is better
        /// than no discount.
        func isBetter(than other: Way) -> Bool {
            if isImpossible != other.isImpossible { return other.isImpossible }
            let (mine, others) = (left, other.left)
            if mine != others { return mine < others }
            return shipping == nil && other.given.isEmpty && !given.isEmpty
        }

        private var left: Int128 { Int128(goods.amount) + Int128(shipping?.amount ?? 0) }
    }

    private static func comesFirst(_ one: DiscountOffer, _ other: DiscountOffer) -> Bool {
        (one.discount.effect.place, one.discount.id.description)
            < (other.discount.effect.place, other.discount.id.description)
    }

    private static func isPreferred(_ one: [DiscountOffer], _ other: [DiscountOffer]) -> Bool {
        func rank(_ way: [DiscountOffer]) -> (Int, String) {
            (way.contains { $0.discount.code != nil } ? 0 : 1, way.first?.discount.id.description ?? "")
        }
        return rank(one) < rank(other)
    }

    /// In proportion to the lines and in steps that can be charged, so that no line goes below zero.
    private static func share(_ amount: Money, over lines: [Money]) throws(MoneyError) -> [Money] {
        if amount.amount == 0 { return lines.map { _ in amount } }
        let step = amount.currency.chargeableStep
        return try Money(amount.amount / step, amount.currency).split(over: lines.map { $0.amount / step })
            .map { Money($0.amount * step, $0.currency) }
    }
}

extension Discount.Effect {
    /// When it is taken off.
    fileprivate var place: Int {
        switch self {
        case .percentage: 0
        case .fixed: 1
        case .freeShipping: 2
        }
    }
}

extension AppliedDiscount {
    fileprivate init(_ discount: Discount, _ amount: Money, isForShipping: Bool = false) {
        self.init(
            id: discount.id, code: discount.code, title: discount.title, amount: amount, isForShipping: isForShipping)
    }
}

extension Money {
    /// So many hundredths of a per cent of an amount that is not below zero, rounded half up to what can be charged.
    /// Never more than the amount, as long as no more than all of it is asked for.
    package func percentage(basisPoints: Int) -> Money {
        let step = Int128(currency.chargeableStep)
        let whole = 10_000 * step
        let steps = (Int128(max(0, amount)) * Int128(min(max(basisPoints, 0), 10_000)) + whole / 2) / whole
        return Money(Int64(min(steps * step, Int128(max(0, amount)))), currency)
    }
}

/// Shares as people write them: `5`, `12.5`, `0.25`.
package enum PercentText {
    /// In hundredths of a per cent, 1 to 10,000; `nil` for anything else.
    package static func basisPoints(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 12 else { return nil }
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = Int(parts[0])
        else { return nil }
        var decimals = parts.count == 2 ? String(parts[1]) : ""
        while decimals.last == "0" { decimals.removeLast() }
        guard decimals.count <= 2, let hundredths = Int(decimals + String(repeating: "0", count: 2 - decimals.count)),
            whole <= 100
        else { return nil }
        let points = whole * 100 + hundredths
        return (1...10_000).contains(points) ? points : nil
    }

    /// Such as `12.5`.
    package static func text(_ basisPoints: Int) -> String {
        let (whole, rest) = basisPoints.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return String(whole) }
        return rest.isMultiple(of: 10) ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
