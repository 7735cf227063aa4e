import Foundation

/// A way in which the payment provider is as good as away, for a while.
enum ProviderOutage: String, CaseIterable, Sendable {
    case serverErrors = "500"
    case tooManyRequests = "429"
    case garbage
    case halfAnAnswer = "half"
    case silence = "hang"

    /// What the sandbox is told. Of the errors some come before the call took effect and are not kept under the key,
    /// the others after it, and are.
    var faults: String {
        switch self {
        case .serverErrors:
            #"{"faults": [{"kind": "error_500_before", "rate": 0.5}, {"kind": "error_500_after_commit"}]}"#
        case .tooManyRequests: #"{"faults": [{"kind": "429", "retry_after": 1}]}"#
        case .garbage:
            #"{"faults": [{"kind": "garbage", "rate": 0.5, "shape": "json"}, {"kind": "garbage", "shape": "html"}]}"#
        case .halfAnAnswer: #"{"faults": [{"kind": "truncated_body"}]}"#
        case .silence: #"{"faults": [{"kind": "hang"}]}"#
        }
    }

    private static func setting(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Two ways that show within seconds; all of them in the long form.
    static var toTry: [ProviderOutage] {
        if let names = setting("OUTAGE_FAULTS") {
            return names.split(separator: ",").compactMap { ProviderOutage(rawValue: String($0)) }
        }
        return isLong ? allCases : [.serverErrors, .garbage]
    }

    /// `OUTAGE_SECONDS`, how long the provider is away.
    static var length: Duration { .seconds(setting("OUTAGE_SECONDS").flatMap { Int($0) } ?? 12) }
    /// `OUTAGE_RATE`, how many orders come in each second meanwhile.
    static var rate: Int { max(1, setting("OUTAGE_RATE").flatMap { Int($0) } ?? 4) }
    /// Writes down what was counted, as a row of a table: to the end of the file `OUTAGE_REPORT`, and to the output.
    func report(_ cells: String...) throws {
        let row = "| \(([rawValue] + cells).joined(separator: " | ")) |"
        print(row)
        guard let path = Self.setting("OUTAGE_REPORT"), let file = FileHandle(forWritingAtPath: path) else { return }
        try file.seekToEnd()
        try file.write(contentsOf: Data((row + "\n").utf8))
        try file.close()
    }

    static var isLong: Bool { setting("OUTAGE_SECONDS") != nil }
}
