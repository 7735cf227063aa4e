import Domain
import FoundationEssentials
import PropertySupport
import Testing

@testable import Providers

@Suite("An address is written as the post of its country wants it, with the country by its name")
struct PostalAddressTests {
    private func lines(
        _ country: String, _ line1: String, _ city: String, _ postalCode: String? = nil, region: String? = nil,
        line2: String? = nil,
        in language: Language = .english
    ) throws -> String {
        let address = try Address(
            name: "Ann Lee", line1: line1, line2: line2, city: city, region: region, postalCode: postalCode,
            country: country)
        let text = LocalText(language, timeZone: .gmt)
        return PostalAddress.lines(address, country: text.country(country)).joined(separator: " / ")
    }

    @Test("one of each form")
    func forms() throws {
        #expect(
            try lines("GB", "12 St James Square", "London", "SW1Y 4LE")
                == "Ann Lee / 12 St James Square / London / SW1Y 4LE / United Kingdom")
        #expect(
            try lines("US", "1600 Amphitheatre Pkwy", "Mountain View", "94043", region: "CA", line2: "Apt. 2")
                == "Ann Lee / 1600 Amphitheatre Pkwy / Apt. 2 / Mountain View, CA 94043 / United States")
        #expect(
            try lines("US", "1 Main St", "Springfield", "62701")
                == "Ann Lee / 1 Main St / Springfield 62701 / United States")
        #expect(try lines("DE", "Hauptstr. 1", "Berlin", "10115") == "Ann Lee / Hauptstr. 1 / 10115 Berlin / Germany")
        #expect(
            try lines("FR", "1 rue de Rivoli", "Paris", "75001") == "Ann Lee / 1 rue de Rivoli / 75001 Paris / France")
        #expect(
            try lines("NL", "Damrak 1", "Amsterdam", "1012 LG")
                == "Ann Lee / Damrak 1 / 1012 LG Amsterdam / Netherlands")
        #expect(
            try lines("AU", "1 George St", "Sydney", "2000", region: "NSW")
                == "Ann Lee / 1 George St / Sydney NSW 2000 / Australia")
        #expect(
            try lines("CA", "1 King St W", "Toronto", "M5H 1A1", region: "ON")
                == "Ann Lee / 1 King St W / Toronto ON M5H 1A1 / Canada")
        #expect(
            try lines("BR", "Av. Paulista 1", "São Paulo", "01310-100", region: "SP")
                == "Ann Lee / Av. Paulista 1 / São Paulo-SP / 01310-100 / Brazil")
        #expect(try lines("HU", "Fő utca 1.", "Budapest", "1011") == "Ann Lee / Budapest / Fő utca 1. / 1011 / Hungary")
        #expect(
            try lines("IE", "1 O'Connell St", "Dublin", "D01 F5P2", region: "Co. Dublin")
                == "Ann Lee / 1 O'Connell St / Dublin / Co. Dublin / D01 F5P2 / Ireland")
        #expect(
            try lines("IT", "Via Roma 1", "Roma", "00184", region: "RM")
                == "Ann Lee / Via Roma 1 / 00184 Roma RM / Italy")
        #expect(
            try lines("SG", "1 Orchard Rd", "Singapore", "238801")
                == "Ann Lee / 1 Orchard Rd / Singapore 238801 / Singapore")
        #expect(
            try lines("JP", "1-1 Chiyoda", "Chiyoda-ku", "100-0001", region: "Tokyo")
                == "Ann Lee / 1-1 Chiyoda / Chiyoda-ku, Tokyo 100-0001 / Japan")
        #expect(
            try lines("JP", "千代田1-1", "千代田区", "100-0001", region: "東京都")
                == "〒100-0001 / 東京都千代田区 / 千代田1-1 / Ann Lee / Japan")
        #expect(try lines("JP", "千代田1-1", "千代田区") == "千代田区 / 千代田1-1 / Ann Lee / Japan")
        // No form is known: the usual one. A form without a place for a field: a line of its own.
        #expect(try lines("AO", "Rua 1", "Luanda") == "Ann Lee / Rua 1 / Luanda / Angola")
        #expect(
            try lines("DE", "Hauptstr. 1", "Berlin", region: "Berlin-Mitte")
                == "Ann Lee / Hauptstr. 1 / Berlin / Berlin-Mitte / Germany")
        #expect(
            try lines("HK", "1 Queen's Rd", "Central", "999077").hasPrefix(
                "Ann Lee / 1 Queen's Rd / Central / 999077 / Hong Kong"))
    }

    @Test("the country by its name in the email's language")
    func names() throws {
        #expect(try lines("GB", "1 Rd", "Leeds", "LS1 1AA", in: .german).hasSuffix("/ Vereinigtes Königreich"))
        #expect(try lines("GB", "1 Rd", "Leeds", "LS1 1AA", in: .french).hasSuffix("/ Royaume-Uni"))
        for language in Language.allCases {
            let names = Country.all.map { LocalText(language, timeZone: .gmt).country($0.rawValue) }
            #expect(names.allSatisfy { ($0?.count ?? 0) > 2 } && Set(names).count == Country.all.count, "\(language)")
        }
        #expect(LocalText(.english, timeZone: .gmt).country("XX") == nil)
    }

    @Test("nothing that the customer wrote is left out, in any country")
    func complete() {
        let fields = Gen<String>.one(of: ["", "a1", "b 2", "京都", "C-3"]).list(4...4)
        let countries = Gen<Country>.one(of: Country.all)
        property("an address", both(countries, fields)) { country, fields in
            let address = try Address(
                name: "Ann", line1: "Line", line2: fields[0], city: fields[1].isEmpty ? "Town" : fields[1],
                region: fields[2],
                postalCode: fields[3], country: country.rawValue)
            let lines = PostalAddress.lines(address, country: "The Country")
            let whole = lines.joined(separator: "\n")
            for part in [address.name, address.line1, address.line2, address.city, address.region, address.postalCode]
                .compactMap(\.self)
            {
                try demand(whole.contains(part), "\(part) is missing in \(lines)")
            }
            try demandEqual(lines.last, "The Country")
            try demand(
                lines.allSatisfy { line in
                    !line.isEmpty && !" ,-/".contains(line.last ?? " ") && !" ,-/".contains(line.first ?? " ")
                },
                "\(lines)")
        }
    }
}
