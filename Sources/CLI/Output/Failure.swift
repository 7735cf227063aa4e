import ArgumentParser
import Bootstrap
import Domain
import JobQueue
import Postgres
import Redis
import Storage

/// Why a command gave up: what went wrong and what to try.
struct Failure: Error, Equatable, Sendable {
    /// One sentence, with what was expected.
    let message: String
    /// What the operator can do about it.
    let advice: String?
    /// The process's exit code.
    let status: ExitStatus

    init(_ message: String, advice: String? = nil, status: ExitStatus = .failure) {
        self.message = message
        self.advice = advice
        self.status = status
    }

    /// As it is written to standard error.
    var text: String {
        ["Error: \(message)", advice].compactMap(\.self).joined(separator: "\n")
    }
}

/// How the program ends, in the codes of `sysexits.h` where it has one.
enum ExitStatus: Int32, Sendable {
    /// It could not be done, or a check failed.
    case failure = 1
    /// It was done, and books that were compared differ.
    case differences = 3
    /// The command line makes no sense (EX_USAGE).
    case usage = 64
    /// A setting is missing or wrong (EX_CONFIG).
    case configuration = 78
}

extension Failure {
    /// What an error means for the operator; nil for the argument parser's own, which it words itself.
    static func explaining(_ error: any Error) -> Failure? {
        switch error {
        case let failure as Failure: failure
        case is ValidationError, is CleanExit, is ExitCode: nil
        // Requests for help and wrong usage come in types that the parser keeps to itself.
        case _ where Cartwright.exitCode(for: error) != .failure: nil
        case let error as StartupError: Failure(error.message, status: .configuration)
        case let error as PostgresError: explaining(error)
        case let error as RedisError: explaining(error)
        case let error as JobInspectionError:
            Failure(sentence(error.description), advice: "List jobs with: cartwright jobs list")
        case let error as StorageError: Failure(sentence(error.description))
        case let error as InvalidValue: Failure(error.message)
        case is CancellationError: Failure("The command was interrupted.")
        default: Failure("Something unexpected went wrong: \(error)")
        }
    }

    private static func explaining(_ error: PostgresError) -> Failure {
        switch error.code {
        case .invalidURL:
            return Failure(
                "DATABASE_URL is not a database's address: \(error.message).",
                advice: "Example: postgres://user:password@127.0.0.1:5432/cartwright",
                status: .configuration)
        case .connectFailed where !error.isTransient:
            return Failure(
                "PostgreSQL does not let this program in: \(error.message).",
                advice: "Check user, password, database and parameters of DATABASE_URL.", status: .configuration)
        case .connectFailed, .connectionLost, .acquireTimeout:
            return Failure(
                "PostgreSQL cannot be reached: \(error.message).",
                advice: "Check that the server runs and that DATABASE_URL names it.")
        case .migration:
            return Failure("The migrations cannot be applied: \(error.message).")
        case .server where error.sqlState == .undefinedTable || error.sqlState == .undefinedColumn:
            return Failure(
                "The database lacks tables that this program needs.", advice: "Create them with: cartwright migrate")
        case .server, .encoding, .decoding, .closed, .notUsable:
            return Failure("PostgreSQL refused: \(error.description).")
        }
    }

    private static func explaining(_ error: RedisError) -> Failure {
        switch error.code {
        case .invalidURL:
            Failure("REDIS_URL is not an address of Redis: \(error.message).", status: .configuration)
        case .connectFailed, .connectionLost, .timeout:
            Failure(
                "Redis cannot be reached: \(error.message).",
                advice: "Check that the server runs and that REDIS_URL names it.")
        case .refused:
            Failure(
                "Redis does not accept the credentials: \(error.message).",
                advice: "Check the user, the password and the database in REDIS_URL.", status: .configuration)
        case .server("NOPERM"):
            Failure("Redis refused: \(error.message).", advice: "Check the rights of the user in REDIS_URL.")
        case .server, .protocolViolation, .closed, .overloaded, .canceled, .unroutable:
            Failure("Redis refused: \(error.message).")
        }
    }

    /// With a capital and a full stop.
    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }
}
