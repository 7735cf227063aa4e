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
