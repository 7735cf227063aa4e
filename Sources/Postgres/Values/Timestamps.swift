internal import Arithmetic
public import FoundationEssentials

/// `timestamptz` in ISO form, in UTC, as every connection of ours is set to (`DateStyle`, `TimeZone`).
///
/// The calendar arithmetic is the proleptic Gregorian one with days counted from 1970-01-01, in eras of 400 years
/// (146,097 days) whose years begin in March, so that the leap day comes last.
enum TimestampText {
    /// Microseconds between 1970 and 2001, where `Date` begins.
    private static let referenceOffset: Int64 = 978_307_200_000_000
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    static func encode(_ date: Date) -> String {
        let interval = date.timeIntervalSinceReferenceDate
        // PostgreSQL knows the years 4713 BC to 294276 AD; far outside it has infinity.
        guard interval.isFinite, interval < 9.2e12 else { return interval < 0 ? "-infinity" : "infinity" }
        guard interval > -2.0e11 else { return "-infinity" }
        let microseconds = Int64((interval * 1_000_000).rounded()) + referenceOffset
        let days = microseconds.flooredQuotient(by: microsecondsPerDay)
        let time = microseconds - days * microsecondsPerDay
        let (year, month, day) = civil(fromDays: days)
        let isBeforeChrist = year <= 0
        return padded(isBeforeChrist ? 1 - year : year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + " "
            + padded(time / 3_600_000_000, 2) + ":" + padded(time / 60_000_000 % 60, 2) + ":"
            + padded(time / 1_000_000 % 60, 2)
            + "." + padded(time % 1_000_000, 6) + "+00" + (isBeforeChrist ? " BC" : "")
    }

    /// Reads `2026-05-04 03:02:01.123456+00`, also without a time, a fraction or a zone.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Date {
        let bytes = try cell.required()
        if bytes.elementsEqual("infinity".utf8) { return .distantFuture }
        if bytes.elementsEqual("-infinity".utf8) { return .distantPast }
        var reader = DigitReader(bytes)
        guard var year = reader.number(), reader.skip("-"), let month = reader.number(), reader.skip("-"),
            let day = reader.number()
        else {
            throw cell.mismatch("a time stamp")
        }
        var time: Int64 = 0
        if reader.skip(" "), let hour = reader.number(), reader.skip(":"), let minute = reader.number(),
            reader.skip(":"),
            let second = reader.number()
        {
            time = ((hour * 60 + minute) * 60 + second) * 1_000_000
            if reader.skip(".") {
                guard let fraction = reader.microseconds() else { throw cell.mismatch("a time stamp") }
                time += fraction
            }
            // Our sessions are set to UTC, so no other offset can come.
            if reader.skip("+"), reader.number() != 0 { throw cell.mismatch("a time stamp in UTC") }
        }
        if reader.skip(" ") {
            guard reader.skip("B"), reader.skip("C") else { throw cell.mismatch("a time stamp") }
            year = 1 - year
        }
        guard reader.isAtEnd else { throw cell.mismatch("a time stamp") }
        // The last day that PostgreSQL knows lies beyond what 64 bits of microseconds since 1970 can tell.
        let microseconds = days(year, month, day).saturatingMultiply(by: microsecondsPerDay).saturatingAdd(time)
            .saturatingSubtract(referenceOffset)
        return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Int64 {
    /// Rounded towards minus infinity, where `/` rounds towards zero.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// Reads numbers and separators from the front of ASCII text.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number() -> Int64? {
        digits().map(\.value)
    }

    /// A fraction of a second.
    mutating func microseconds() -> Int64? {
        guard let (value, count) = digits(), count <= 6 else { return nil }
        return (count..<6).reduce(value) { scaled, _ in scaled * 10 }
    }

    private mutating func digits() -> (value: Int64, count: Int)? {
        var value: Int64 = 0
        var count = 0
        while count < 9, let first = rest.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
            value = value * 10 + Int64(first - UInt8(ascii: "0"))
            count += 1
            rest.removeFirst()
        }
        return count > 0 ? (value, count) : nil
    }
}

extension Date: PostgresEncodable, PostgresDecodable {
    /// In UTC with microseconds, which is what `timestamptz` keeps.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: TimestampText.encode(self)) }

    /// A `timestamptz`, or a `timestamp` or `date` taken as UTC.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Date {
        try TimestampText.decode(cell)
    }
}
