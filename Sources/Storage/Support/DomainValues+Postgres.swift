public import Domain
public import Postgres

// Values of the shop as parameters and columns: each by its raw value.

extension Identifier: PostgresEncodable, PostgresDecodable {}
extension SKU: PostgresEncodable, PostgresDecodable {}
extension Quantity: PostgresEncodable, PostgresDecodable {}
extension EmailAddress: PostgresEncodable, PostgresDecodable {}
extension OrderStatus: PostgresEncodable, PostgresDecodable {}
extension FulfilmentStatus: PostgresEncodable, PostgresDecodable {}
extension PaymentStatus: PostgresEncodable, PostgresDecodable {}
extension PaymentIntent.ID: PostgresEncodable, PostgresDecodable {}
extension OrderEvent.Kind: PostgresEncodable, PostgresDecodable {}
extension CartStatus: PostgresEncodable, PostgresDecodable {}
extension MailKind: PostgresEncodable, PostgresDecodable {}
extension MailDeliveryStatus: PostgresEncodable, PostgresDecodable {}
extension Role: PostgresEncodable, PostgresDecodable {}

extension Currency: PostgresEncodable, PostgresDecodable {
    /// The code.
    public var postgresParameter: PostgresParameter { code.postgresParameter }

    /// From the code.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Currency {
        guard let currency = Currency(try String.decode(cell)) else { throw cell.mismatch("a currency code of ISO 4217") }
        return currency
    }
}

extension ExchangeRate: PostgresEncodable, PostgresDecodable {
    /// The decimal.
    public var postgresParameter: PostgresParameter { description.postgresParameter }

    /// From a `numeric`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> ExchangeRate {
        guard let rate = ExchangeRate(try String.decode(cell)) else { throw cell.mismatch("a decimal greater than zero") }
        return rate
    }
}

extension CalendarDay: PostgresEncodable, PostgresDecodable {
    /// `YYYY-MM-DD`.
    public var postgresParameter: PostgresParameter { description.postgresParameter }

    /// From a `date`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> CalendarDay {
        guard let day = CalendarDay(try String.decode(cell)) else { throw cell.mismatch("a date") }
        return day
    }
}
