import FoundationEssentials
import HTTPTypes
import Hummingbird
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
            <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
                             xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
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

/// Rates and refusals in the shape of Open Exchange Rates (https://docs.openexchangerates.org/reference/latest-json).
enum OpenExchangeRates {
    /// `{disclaimer, license, timestamp, base, rates}`; the base is among the rates.
    static func document(_ table: RateTable, base: String, symbols: Set<String>?) -> String? {
        guard let others = table.rates(base: base) else { return nil }
        let rates = (others.map { ($0.code, $0.rate.description) } + [(base, "1")]).sorted { $0.0 < $1.0 }
        return JSONValue.object([
            ("disclaimer", "Made up by the Cartwright sandbox."), ("license", "Use for tests only."),
            ("timestamp", .integer(Int64(table.date.publishedSeconds))), ("base", .string(base)),
            ("rates", .object(rates.filter { symbols?.contains($0.0) ?? true }.map { ($0.0, .number($0.1)) })),
        ]).text
    }

    /// Why a key is not let in; nil when it is. Real ones have 32 hexadecimal digits and are refused, as everything
    /// real is here.
    static func refusal(ofKey key: String?) -> Response? {
        guard let key, !key.isEmpty else {
            return error(
                .unauthorized, "missing_app_id",
                "No App ID provided. The sandbox takes any that is not real, such as sandbox.")
        }
        guard key.utf8.count == 32, key.allSatisfy(\.isHexDigit) else { return nil }
        return error(
            .unauthorized, "invalid_app_id", "This is the Cartwright sandbox, and it refuses App IDs that look real.")
    }

    static var unknownBase: Response {
        error(.badRequest, "invalid_base", "There are no rates for this base currency.")
    }

    static var failure: Response { error(.internalServerError, "internal_error", "Injected by the sandbox.") }

    private static func error(_ status: HTTPResponse.Status, _ message: String, _ description: String) -> Response {
        .json(
            .object([
                ("error", .bool(true)), ("status", .integer(Int64(status.code))), ("message", .string(message)),
                ("description", .string(description)),
            ]), status: status)
    }
}
