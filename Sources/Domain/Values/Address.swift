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

/// A country by its two letters of ISO 3166-1, such as `DE`. Which there are changes once in some years.
///
/// With Kosovo's `XK`, which the standard leaves to its users and the post takes.
package struct Country: RawRepresentable, Hashable, Sendable {
    /// The two letters.
    package let rawValue: String

    /// nil for letters that name no country.
    package init?(rawValue: String) {
        guard Self.codes.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// All countries, in the order of their letters.
    package static var all: [Country] { codes.sorted().compactMap(Country.init) }

    private static let codes = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
        BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
        ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT \
        HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
        LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
        NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
        SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
        UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """.split(separator: " ").map(String.init))
}
