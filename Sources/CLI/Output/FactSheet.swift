/// Names and values of one thing, one to a line, values aligned.
struct FactSheet: Sendable {
    private var facts: [(name: String, value: String)] = []

    /// Adds a line; nothing for a missing value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { facts.append((name, DisplayText.printable(value))) }
    }

    /// `Name:   value`, as many as there are.
    var lines: [String] {
        let width = facts.map { DisplayText.width($0.name) }.max() ?? 0
        return facts.map {
            "\($0.name):" + String(repeating: " ", count: width - DisplayText.width($0.name) + 2) + $0.value
        }
    }
}

extension Terminal {
    /// Writes the lines.
    static func write(_ facts: FactSheet) {
        for line in facts.lines { write(line) }
    }
}
