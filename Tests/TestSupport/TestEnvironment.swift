import Foundation

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
