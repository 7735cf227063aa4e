import Foundation
package import Testing

/// How much the suites of attacks do. `make test` plays each scenario once, in a representative form; with `CHAOS=1`,
/// as `make test-chaos` sets it, with the full counts and durations.
package enum Chaos {
    /// Whether this is the full form.
    ///
    /// Promises of rates and latencies are for a machine that does nothing else, so only the full form insists on them.
    package static let isOn = ProcessInfo.processInfo.environment["CHAOS"] == "1"

    /// The figure for the form that runs.
    package static func scale<Value>(_ brief: Value, full: Value) -> Value { isOn ? full : brief }
}

extension Trait where Self == ConditionTrait {
    /// For scenarios that have no short form.
    package static var fullFormOnly: ConditionTrait {
        .enabled(if: Chaos.isOn, "takes minutes; make test-chaos runs it")
    }
}
