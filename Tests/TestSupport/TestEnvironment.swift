import Foundation
package import Testing

/// Where the servers for tests are. `make test` starts private ones and sets the variables.
package enum TestEnvironment {
    /// A variable that is not set.
    package struct Missing: Error, CustomStringConvertible {
        /// Its name.
        package let variable: String

        /// What to do.
        package var description: String {
            "\(variable) is not set: run `make test`, which starts private servers and sets it"
        }
    }

    /// `postgres://…` of a superuser on a private server; tests create databases of their own there.
    package static var databaseURL: String {
        get throws { try value(of: "TEST_DATABASE_URL") }
    }

    /// `redis://127.0.0.1:port` of a private server that all tests share: use keys of your own, and never FLUSHALL. A
    /// test that stops, floods or reconfigures its Redis starts one with ``RedisServer/start(_:)``.
    package static var redisURL: String {
        get throws { try value(of: "TEST_REDIS_URL") }
    }

    private static func value(of variable: String) throws(Missing) -> String {
        guard let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
            throw Missing(variable: variable)
        }
        return value
    }
}

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
