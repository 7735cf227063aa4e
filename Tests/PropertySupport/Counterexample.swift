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
