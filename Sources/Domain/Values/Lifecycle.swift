/// A state machine as a table: from each state, where it may lead. What the table does not list does not happen,
/// whatever arrives in whatever order.
///
/// The statements that change rows, the triggers that are the database's last line against any other change, and the
/// diagrams in docs/lifecycles.md are all made from these tables.
package protocol Lifecycle: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The table. Every state has a row, and staying where it is counts as no transition.
    static var transitions: [Self: Set<Self>] { get }
    /// The states in which something can begin.
    static var beginnings: Set<Self> { get }
}

extension Lifecycle {
    /// Whether it may go from here to there. Staying where it is counts as no transition.
    package func canBecome(_ next: Self) -> Bool { Self.transitions[self]?.contains(next) ?? false }

    /// Whether nothing leads on from here.
    package var isEnd: Bool { Self.transitions[self]?.isEmpty ?? true }

    /// The states from which this one can be reached, in the order of their declaration.
    package var origins: [Self] { Self.allCases.filter { $0.canBecome(self) } }

    /// All listed transitions, in the order in which the states are declared.
    package static var listed: [(from: Self, to: Self)] {
        allCases.flatMap { from in allCases.filter(from.canBecome).map { (from, $0) } }
    }

    /// The table as a Mermaid state diagram.
    package static var diagram: String {
        let begin = allCases.filter(beginnings.contains).map { "    [*] --> \($0.rawValue)" }
        let steps = listed.map { "    \($0.from.rawValue) --> \($0.to.rawValue)" }
        let ends = allCases.filter(\.isEnd).map { "    \($0.rawValue) --> [*]" }
        return (["stateDiagram-v2"] + begin + steps + ends).joined(separator: "\n")
    }
}
