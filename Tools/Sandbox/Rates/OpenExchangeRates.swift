import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON

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
