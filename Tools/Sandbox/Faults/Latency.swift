import Foundation

/// How long a call takes before it runs.
enum Latency: Sendable, Equatable {
    /// Longest latency, in milliseconds.
    static let longest = 60_000

    /// Always so many milliseconds.
    case fixed(Int)
    /// Log-normal, as the answers of busy servers are: half of the calls are faster than the median, one in a hundred
    /// is slower than `p99`.
    case spread(median: Int, p99: Int)

    /// - Throws: `FaultError` unless it is milliseconds alone, or a median and a 99th percentile that is no less.
    init(milliseconds: Int?, median: Int?, p99: Int?) throws(FaultError) {
        switch (milliseconds, median, p99) {
        case (let milliseconds?, nil, nil) where (0...Self.longest).contains(milliseconds): self = .fixed(milliseconds)
        case (nil, let median?, let p99?) where median > 0 && p99 >= median && p99 <= Self.longest:
            self = .spread(median: median, p99: p99)
        default:
            throw FaultError(
                "a latency is ms, or median_ms and a p99_ms that is no less, in milliseconds up to \(Self.longest)")
        }
    }

    /// Milliseconds for one call.
    func draw(using chance: inout some RandomNumberGenerator) -> Int {
        switch self {
        case .fixed(let milliseconds): return milliseconds
        case .spread(let median, let p99):
            // 2.326 standard deviations above the mean lies the 99th percentile of a normal distribution.
            let deviation = log(Double(p99) / Double(median)) / 2.326
            let drawn = Double(median) * exp(deviation * Self.normal(using: &chance))
            return min(Int(drawn.rounded()), Self.longest)
        }
    }

    /// A standard normal number (Box and Muller 1958).
    private static func normal(using chance: inout some RandomNumberGenerator) -> Double {
        let radius = (-2 * log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &chance))).squareRoot()
        return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &chance))
    }
}

/// As JSON: `{"ms": 300}`, or `{"median_ms": 300, "p99_ms": 3000}`.
extension Latency: Codable {
    private enum CodingKeys: String, CodingKey {
        case fixed = "ms"
        case median = "median_ms"
        case p99 = "p99_ms"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            milliseconds: try fields.decodeIfPresent(Int.self, forKey: .fixed),
            median: try fields.decodeIfPresent(Int.self, forKey: .median),
            p99: try fields.decodeIfPresent(Int.self, forKey: .p99))
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .fixed(let milliseconds): try fields.encode(milliseconds, forKey: .fixed)
        case .spread(let median, let p99):
            try fields.encode(median, forKey: .median)
            try fields.encode(p99, forKey: .p99)
        }
    }
}
