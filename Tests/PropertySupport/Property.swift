import Foundation
package import Testing

/// Holds a property against thousands of generated cases. One that fails is made as small as it can be made and
/// recorded, with the seed that makes it again.
///
///     property("what is added can be taken away", both(.money, .money)) { a, b in
///         try demandEqual(a.adding(b).subtracting(b), a)
///     }
///
/// - Parameters:
///   - name: what holds; it also makes the cases of one property differ from those of the next.
///   - body: throws for a case for which it does not hold.
package func property<Value>(
    _ name: String, count: Int = 5_000, _ gen: Gen<Value>, at location: SourceLocation = #_sourceLocation,
    _ body: @escaping (Value) throws -> Void
) {
    let seed = PropertySeed.ofRun
    guard let found = Counterexample.find(of: gen, count: count, seed: PropertySeed.mixed(seed, name), body) else {
        return
    }
    Issue.record(
        """
        does not hold: \(name)
        smallest case: \(found.value)
        failure: \(found.error)
        case \(found.number) of \(count), made smaller \(found.steps) times; again with PROPERTY_SEED=\(seed)
        """, sourceLocation: location)
}

/// The seed of all properties of a run.
package enum PropertySeed {
    /// `PROPERTY_SEED`, or another one each time. Printed, so that what happened once can happen again.
    package static let ofRun: UInt64 = {
        let given = ProcessInfo.processInfo.environment["PROPERTY_SEED"].flatMap(UInt64.init)
        let seed = given ?? .random(in: 0...UInt64(UInt32.max))
        print("Properties run with PROPERTY_SEED=\(seed)")
        // A case that ends the process must not take its seed with it.
        fflush(nil)
        return seed
    }()

    /// FNV-1a over the name, so that each property has cases of its own whatever runs beside it.
    static func mixed(_ seed: UInt64, _ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

/// A property does not hold.
package struct Falsified: Error, CustomStringConvertible {
    /// What should have held.
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Demands something of a case. Thrown and not recorded, because a case that fails is run many times while it is made
/// smaller.
package func demand(_ holds: Bool, _ what: @autoclosure () -> String) throws(Falsified) {
    if !holds { throw Falsified(description: what()) }
}

/// Demands that two values are equal.
package func demandEqual<Value: Equatable>(_ left: Value, _ right: Value, _ what: @autoclosure () -> String = "")
    throws(Falsified)
{
    if left != right { throw Falsified(description: "\(what()) \(left) is not \(right)") }
}

/// The smallest case found for which a property does not hold.
package struct Counterexample<Value> {
    /// The case.
    package let value: Value
    /// What it failed with.
    package let error: any Error
    /// Which of the generated cases failed first, counted from 1.
    package let number: Int
    /// How many smaller cases failed as well, on the way to this one.
    package let steps: Int

    /// Tries a property on generated cases, and makes the first that fails as small as it can be made.
    ///
    /// - Parameter seed: makes all cases; the same seed makes the same ones.
    package static func find(
        of gen: Gen<Value>, count: Int, seed: UInt64, _ property: @escaping (Value) throws -> Void
    ) -> Counterexample? {
        var seeds = SeededGenerator(seed: seed)
        for number in 1...max(1, count) {
            var choices = Choices(seed: seeds.next())
            let value = gen.make(&choices)
            guard failure(of: property, for: value) != nil else { continue }
            var shrinker = Shrinker(choices.taken) { candidate in
                var choices = Choices(replaying: candidate)
                let value = gen.make(&choices)
                return failure(of: property, for: value) == nil ? nil : choices.taken
            }
            shrinker.run()
            var smallest = Choices(replaying: shrinker.best)
            let least = gen.make(&smallest)
            let error = failure(of: property, for: least) ?? Falsified(description: "it failed once and then no more")
            return Counterexample(value: least, error: error, number: number, steps: shrinker.steps)
        }
        return nil
    }

    private static func failure(of property: (Value) throws -> Void, for value: Value) -> (any Error)? {
        do {
            try property(value)
            return nil
        } catch {
            return error
        }
    }
}
