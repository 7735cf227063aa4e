/// Where an order is sent.
package struct Address: Hashable, Codable, Sendable {
    /// Who receives it.
    package var name: String
    /// Street and number.
    package var line1: String
    /// Anything more the carrier needs to find the door.
    package var line2: String?
    /// Town.
    package var city: String
    /// State, province or region, where the country uses one.
    package var region: String?
    /// Postal code, where the country uses one.
    package var postalCode: String?
    /// Country as two upper-case letters of ISO 3166-1.
    package var country: String

    /// Checks what came from outside. Throws the first rule broken, its code naming the field: `name_invalid`,
    /// `country_invalid`…
    package init(
        name: String, line1: String, line2: String? = nil, city: String, region: String? = nil,
        postalCode: String? = nil, country: String
    ) throws(InvalidValue) {
        self.name = try Self.checked(name, "name", 1...120)
        self.line1 = try Self.checked(line1, "line1", 1...200)
        self.line2 = try Self.checkedIfPresent(line2, "line2", 0...200)
        self.city = try Self.checked(city, "city", 1...120)
        self.region = try Self.checkedIfPresent(region, "region", 0...120)
        self.postalCode = try Self.checkedIfPresent(postalCode, "postal_code", 0...20)
        guard Country(rawValue: country) != nil else {
            throw InvalidValue(
                code: "country_invalid",
                message: "Expected the two upper-case letters of a country of ISO 3166-1, such as DE.")
        }
        self.country = country
    }

    enum CodingKeys: String, CodingKey {
        case name, line1, line2, city, region
        case postalCode = "postal_code"
        case country
    }

    private static func checked(_ text: String, _ field: String, _ length: ClosedRange<Int>) throws(InvalidValue)
        -> String
    {
        guard length.contains(text.unicodeScalars.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else {
            throw InvalidValue(
                code: "\(field)_invalid",
                message: "Expected \(length.lowerBound) to \(length.upperBound) characters without control characters.")
        }
        return text
    }

    private static func checkedIfPresent(_ text: String?, _ field: String, _ length: ClosedRange<Int>)
        throws(InvalidValue) -> String?
    {
        guard let text, !text.isEmpty else { return nil }
        return try checked(text, field, length)
    }
}
