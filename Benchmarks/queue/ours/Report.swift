import ArgumentParser
import Foundation

/// How results are told: a line for people, or a JSON object for the harness.
struct Output: ParsableArguments {
    @Flag(help: "Print JSON.") var json = false

    func emit(_ report: some Report) throws {
        guard json else { return print(report) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}

/// One measurement's result.
protocol Report: Encodable, CustomStringConvertible {}

extension [Double] {
    /// The one in the middle once sorted; of an even number the upper one.
    var median: Double { quantile(0.5) }

    /// The value below which that share of them lies.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}

/// `12345.6` as "12,346".
func grouped(_ number: Double) -> String {
    var digits = String(Int(number.rounded()))
    var end = digits.endIndex
    while let comma = digits.index(end, offsetBy: -3, limitedBy: digits.startIndex), comma > digits.startIndex {
        digits.insert(",", at: comma)
        end = comma
    }
    return digits
}

/// With so many digits behind the point.
func rounded(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }
