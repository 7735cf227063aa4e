import FoundationEssentials
import JSON

/// Shapes in which rates are published.
enum RateDocuments {
    /// Frankfurter's v1 answer: `{amount, base, date, rates}` (https://frankfurter.dev/v1/).
    /// - Parameter symbols: only these currencies; nil for all.
    /// - Returns: nil for an unknown base.
    static func frankfurter(_ table: RateTable, base: String, symbols: Set<String>? = nil) -> String? {
        guard let rates = table.rates(base: base) else { return nil }
        let wanted = rates.filter { symbols?.contains($0.code) ?? true }
        return JSONValue.object([
            ("amount", .number("1.0")), ("base", .string(base)), ("date", .string(table.date.description)),
            ("rates", .object(wanted.map { ($0.code, .number($0.rate.description)) })),
        ]).text
    }

    /// Frankfurter's v2 answer: an array of `{date, base, quote, rate}` (https://frankfurter.dev/).
    /// - Parameter quotes: only these currencies; nil for all.
    /// - Returns: nil for an unknown base.
    static func frankfurterTwo(_ table: RateTable, base: String, quotes: Set<String>? = nil) -> String? {
        table.rates(base: base).map { rates in
            JSONValue.array(
                rates.filter { quotes?.contains($0.code) ?? true }.map { code, rate in
                    .object([
                        ("date", .string(table.date.description)), ("base", .string(base)), ("quote", .string(code)),
                        ("rate", .number(rate.description)),
                    ])
                }
            ).text
        }
    }

    /// The European Central Bank's daily file, with EUR as the unnamed base.
    static func centralBank(_ table: RateTable) -> String {
        let cubes = (table.rates(base: "EUR") ?? []).map { "\t\t\t<Cube currency='\($0.code)' rate='\($0.rate)'/>\n" }
            .joined()
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- Made up by the Cartwright sandbox. -->
            <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
            \t<gesmes:subject>Reference rates</gesmes:subject>
            \t<gesmes:Sender>
            \t\t<gesmes:name>Cartwright sandbox</gesmes:name>
            \t</gesmes:Sender>
            \t<Cube>
            \t\t<Cube time='\(table.date)'>
            \(cubes)\t\t</Cube>
            \t</Cube>
            </gesmes:Envelope>

            """
    }
}
