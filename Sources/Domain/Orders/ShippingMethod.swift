/// A way of sending goods: where to, and what it costs.
package struct ShippingMethod: Hashable, Sendable {
    package typealias ID = Identifier<ShippingMethod>

    /// The most rates of one method.
    package static let maximumRates = 20

    /// What it costs for goods from a total on.
    package struct Rate: Hashable, Sendable {
        /// The goods cost at least so much after discounts, in the shop's currency. Zero for any goods.
        package let minimumTotal: Money
        package let price: Money

        package init(minimumTotal: Money, price: Money) {
            self.minimumTotal = minimumTotal
            self.price = price
        }
    }

    package let id: ID
    /// What programs call it.
    package let code: ShippingCode
    /// What customers read, 1 to 100 characters.
    package let name: String
    /// Where it goes, as codes of ISO 3166-1; everywhere when `nil`.
    package let countries: Set<String>?
    /// What it costs: of those whose total is reached, the one with the highest total counts. Where none is reached,
    /// goods are not sent this way.
    package let rates: [Rate]
    /// Whether it can be chosen.
    package let isActive: Bool

    package init(
        id: ID = ID(), code: ShippingCode, name: String, countries: Set<String>? = nil, rates: [Rate],
        isActive: Bool = true
    ) {
        self.id = id
        self.code = code
        self.name = name
        self.countries = countries
        self.rates = rates
        self.isActive = isActive
    }

    /// Whether it goes to a country, by its code of ISO 3166-1.
    package func serves(_ country: String) -> Bool { countries?.contains(country) ?? true }
}

/// What programs call a shipping method: 1 to 40 lower-case letters, digits and `-`, beginning with a letter or digit.
package struct ShippingCode: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// `nil` for what breaks the rules.
    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (1...40).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.allSatisfy(Self.isAllowed) else {
            return nil
        }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// A shipping method with its rates in the currency of a purchase.
package struct ShippingOffer: Hashable, Sendable {
    package let method: ShippingMethod
    /// In the currency of the purchase, one for each of the method's.
    package let rates: [ShippingMethod.Rate]

    package init(_ method: ShippingMethod, rates: [ShippingMethod.Rate]) {
        self.method = method
        self.rates = rates
    }

    /// What sending goods costs that cost so much after discounts; `nil` when they are not sent this way.
    package func price(of goods: Money) -> Money? {
        rates.filter { $0.minimumTotal.amount <= goods.amount }.max { $0.minimumTotal.amount < $1.minimumTotal.amount }?
            .price
    }
}
