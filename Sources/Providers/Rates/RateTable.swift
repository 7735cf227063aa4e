internal import Domain

/// Rates on their way from a document's text into a set. Pure.
///
/// A currency the shop does not know is left out; a rate that is not a decimal above zero spoils the whole set, because
/// a source that is wrong once is not to be believed in the rest.
struct RateTable {
    private(set) var rates: [Currency: ExchangeRate] = [:]

    /// - Parameter text: the number as it stands in the document.
    mutating func add(code: String, text: String) throws(RateFailure) {
        guard let currency = Currency(code) else {
            // What is no money may have more digits than a rate keeps, such as an ounce or a bitcoin.
            guard Self.isPositive(text) else {
                throw .malformed("the rate of \(code.prefix(8)) is not a decimal above zero")
            }
            return
        }
        guard let rate = ExchangeRate(text) else {
            throw .malformed("the rate of \(currency) is not a decimal above zero")
        }
        guard rates.updateValue(rate, forKey: currency) == nil else { throw .malformed("\(currency) is named twice") }
    }

    private static func isPositive(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(digits.contains) }
            && parts.contains { $0.contains { $0 != UInt8(ascii: "0") } }
    }

    func set(source: String, base: Currency, date: CalendarDay?) throws(RateFailure) -> RateSet {
        guard let day = date else { throw .malformed("the date is missing or not a day") }
        guard !rates.isEmpty else { throw .malformed("it holds no rate of a known currency") }
        return RateSet(source: source, base: base, date: day, rates: rates)
    }
}
