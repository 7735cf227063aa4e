/// Rows of text in aligned columns.
///
/// A table wider than the terminal first cuts the columns that say they may be cut, the widest first; the others stay
/// whole, because half an id is of no use.
struct Table: Sendable {
    struct Column: Sendable {
        /// On which side of the column the text lies.
        enum Alignment: Sendable { case left, right }

        let title: String
        var alignment: Alignment = .left
        /// Whether its text may be cut to fit the terminal.
        var mayBeCut = false

        static func text(_ title: String) -> Column { Column(title: title) }
        static func number(_ title: String) -> Column { Column(title: title, alignment: .right) }
        static func wide(_ title: String) -> Column { Column(title: title, mayBeCut: true) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// No column becomes narrower than this.
    private static let narrowest = 8
    private static let gap = "  "

    /// Adds a row of one text per column; missing ones are empty. Line breaks and control characters become spaces.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? DisplayText.printable(cells[$0]) : "" })
    }

    /// The lines of the table, titles first.
    /// - Parameter limit: columns of the terminal; nil for as many as the text takes.
    func lines(width limit: Int?) -> [String] {
        let widths = fittingWidths(limit)
        return ([columns.map { $0.title.uppercased() }] + rows).map { cells in
            var line = ""
            for (index, cell) in cells.enumerated() {
                let text = DisplayText.cut(cell, to: widths[index])
                let padding = String(repeating: " ", count: widths[index] - DisplayText.width(text))
                if index > 0 { line += Self.gap }
                line += columns[index].alignment == .left ? text + padding : padding + text
            }
            return line.trimmingTrailingSpaces
        }
    }

    private func fittingWidths(_ limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(DisplayText.width(columns[index].title)) { max($0, DisplayText.width($1[index])) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * (columns.count - 1) - limit
        while excess > 0 {
            let candidates = columns.indices.filter { columns[$0].mayBeCut && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension Terminal {
    /// Writes a table as wide as the terminal.
    static func write(_ table: Table) {
        for line in table.lines(width: width) { write(line) }
    }
}
