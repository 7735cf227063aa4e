/// A five-character error code of the SQL standard and PostgreSQL.
///
/// Source: PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The code, such as `23505`.
    public let rawValue: String

    /// Any code, also one without a name here.
    public init(rawValue: String) { self.rawValue = rawValue }

    private init(_ rawValue: String) { self.rawValue = rawValue }

    /// A row breaks a unique index or constraint.
    public static let uniqueViolation = SQLState("23505")
    /// A row breaks a CHECK constraint.
    public static let checkViolation = SQLState("23514")
    /// A row refers to nothing, or is still referred to.
    public static let foreignKeyViolation = SQLState("23503")
    /// A column that must have a value has none.
    public static let notNullViolation = SQLState("23502")
    /// A row breaks an exclusion constraint.
    public static let exclusionViolation = SQLState("23P01")
    /// Concurrent transactions cannot be put in an order; run the transaction again.
    public static let serializationFailure = SQLState("40001")
    /// Chosen to give way in a deadlock; run the transaction again.
    public static let deadlockDetected = SQLState("40P01")
    /// `lock_timeout` passed, or NOWAIT found the lock taken.
    public static let lockNotAvailable = SQLState("55P03")
    /// `statement_timeout` passed, or a client canceled the statement.
    public static let queryCanceled = SQLState("57014")
    /// The server is being shut down, or an administrator ended the connection.
    public static let adminShutdown = SQLState("57P01")
    /// Another server process crashed; the server restarts.
    public static let crashShutdown = SQLState("57P02")
    /// The server starts up, shuts down or recovers.
    public static let cannotConnectNow = SQLState("57P03")
    /// The server has no connection left.
    public static let tooManyConnections = SQLState("53300")
    /// No such table or view.
    public static let undefinedTable = SQLState("42P01")
    /// No such column.
    public static let undefinedColumn = SQLState("42703")
    /// The statement is not SQL.
    public static let syntaxError = SQLState("42601")
    /// No such database.
    public static let invalidCatalogName = SQLState("3D000")
    /// Wrong password.
    public static let invalidPassword = SQLState("28P01")
    /// A number is too large for its column.
    public static let numericValueOutOfRange = SQLState("22003")
    /// A text is not what its type expects.
    public static let invalidTextRepresentation = SQLState("22P02")
    /// The transaction already failed; only ROLLBACK is accepted.
    public static let inFailedTransaction = SQLState("25P02")
    /// `idle_in_transaction_session_timeout` passed.
    public static let idleInTransactionTimeout = SQLState("25P03")
    /// The server only reads, as a former primary does after a fail-over, or the transaction does.
    public static let readOnlyTransaction = SQLState("25006")
    /// A prepared statement of that name exists already: another client's, behind a pooler.
    public static let duplicatePreparedStatement = SQLState("42P05")
    /// No such prepared statement.
    public static let invalidStatementName = SQLState("26000")
    /// The server does not do this; also what it says of a prepared statement whose result type changed.
    public static let featureNotSupported = SQLState("0A000")
    /// `RAISE EXCEPTION` in a function.
    public static let raiseException = SQLState("P0001")

    /// The first two characters: the kind of error.
    public var errorClass: String { String(rawValue.prefix(2)) }

    /// The same statement may succeed later without any change.
    public var isTransient: Bool {
        switch self {
        case .lockNotAvailable, .queryCanceled, .adminShutdown, .crashShutdown, .cannotConnectNow,
            .idleInTransactionTimeout,
            .readOnlyTransaction:
            true
        default: ["08", "40", "53", "58"].contains(errorClass)
        }
    }

    /// The transaction lost against another one and succeeds when run again from its start.
    public var asksForAnotherRun: Bool { self == .serializationFailure || self == .deadlockDetected }

    /// No later attempt to connect will do better: wrong credentials or no such database.
    var refusesConnectionForGood: Bool { errorClass == "28" || self == .invalidCatalogName }

    /// The code.
    public var description: String { rawValue }
}
