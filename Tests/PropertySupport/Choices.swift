/// Where generators take their numbers from, and the record of what was taken.
///
/// A case is the list of its choices: run again with the same list a generator makes the same value, and with a shorter
/// list or smaller numbers a simpler one. So cases are made smaller without knowing what they are made of (as
/// Hypothesis does; MacIver and Donaldson, "Test-Case Reduction via Test-Case Generation", ECOOP 2020).
package struct Choices: Sendable {
    private let given: [UInt64]
    private var random: SeededGenerator?
    /// What was taken so far.
    package private(set) var taken: [UInt64] = []

    /// Fresh numbers.
    package init(seed: UInt64) {
        given = []
        random = SeededGenerator(seed: seed)
    }

    /// These numbers, and then zeros.
    package init(replaying choices: [UInt64]) {
        given = choices
        random = nil
    }

    /// A number from 0 to `limit`. By convention 0 makes the simplest value.
    package mutating func next(upTo limit: UInt64) -> UInt64 {
        let number: UInt64
        if taken.count < given.count {
            number = min(given[taken.count], limit)
        } else if random != nil {
            number = random?.next(upTo: limit) ?? 0
        } else {
            number = 0
        }
        taken.append(number)
        return number
    }
}

extension SeededGenerator {
    /// A number from 0 to `limit`, each as likely as the others.
    fileprivate mutating func next(upTo limit: UInt64) -> UInt64 {
        limit == .max ? next() : UInt64.random(in: 0...limit, using: &self)
    }
}
