internal import Domain

/// Rates on their way from a document's text into a set. Pure.
///
/// A currency the shop does not know is left out; a rate that is not a decimal above zero spoils the whole set, because a source that is wrong
/// once is not to be believed in the rest.
struct RateTable {
    private(set) var rates: [Currency: ExchangeRate] = [:]

    /// - Parameter text: the number as it stands in the document.
    mutating func add(code: String, text: String) throws(RateFailure) {
        guard let rate = ExchangeRate(text) else { throw .malformed("the rate of \(code.prefix(8)) is not a decimal above zero") }
        guard let currency = Currency(code) else { return }
        guard rates.updateValue(rate, forKey: currency) == nil else { throw .malformed("\(currency) is named twice") }
    }

    func set(source: String, base: Currency, date: String?) throws(RateFailure) -> RateSet {
        guard let day = date.flatMap({ CalendarDay($0) }) else { throw .malformed("the date is missing or not a day") }
        guard !rates.isEmpty else { throw .malformed("it holds no rate of a known currency") }
        return RateSet(source: source, base: base, date: day, rates: rates)
    }
}
