/// What went wrong in or on the way to PostgreSQL.
///
/// ``description`` is safe to log: it never holds parameter values, passwords or the server's own words, which quote
/// values.
/// ``debugDescription`` has everything the server said; still no password.
public struct PostgresError: Error, Equatable, Sendable {
    /// What kind of error it is.
    public enum Code: String, Sendable {
        /// The connection URL is not one.
        case invalidURL
        /// No connection could be opened.
        case connectFailed
        /// The connection broke while it was used.
        case connectionLost
        /// The server refused a statement; see ``PostgresError/sqlState``.
        case server
        /// No connection became free in time.
        case acquireTimeout
        /// A parameter cannot be sent, such as text with a NUL in it.
        case encoding
        /// A result is not of the type asked for, or not there.
        case decoding
        /// The pool has been closed.
        case closed
        /// A transaction or connection was used in a way that cannot work.
        case notUsable
        /// A migration is missing, changed or out of order.
        case migration
    }

    /// What kind of error it is.
    public let code: Code
    /// For people; without values.
    public internal(set) var message: String
    /// The server's error code, when the server spoke.
    public internal(set) var sqlState: SQLState?
    /// The constraint that was broken.
    public internal(set) var constraint: String?
    /// The table it is about.
    public internal(set) var table: String?
    /// The column it is about.
    public internal(set) var column: String?
    /// The server's detail line. Quotes values.
    public internal(set) var detail: String?
    /// The server's own words. May quote values.
    public internal(set) var serverMessage: String?
    /// Which statement of a pipeline failed, counted from 0.
    public internal(set) var statementIndex: Int?
    /// The connection broke after a commit was sent: the changes are either all there or none is. Look before trying
    /// again.
    public internal(set) var outcomeUnknown = false
    /// The server no longer accepts a prepared statement it accepted before (changed table, `DEALLOCATE`): prepare
    /// again.
    var isStalePlan = false
    /// Only an operator can make this connection possible: a wrong password, an untrusted certificate.
    var isForGood = false
    /// Something between us and the server takes no `options`.
    var refusesStartupParameter = false

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Trying again later may help. Says nothing of whether it is safe: see ``outcomeUnknown``.
    public var isTransient: Bool {
        switch code {
        case .connectFailed: !isForGood && sqlState.map { !$0.refusesConnectionForGood } ?? true
        case .connectionLost, .acquireTimeout: true
        case .server: sqlState?.isTransient ?? false
        case .invalidURL, .encoding, .decoding, .closed, .notUsable, .migration: false
        }
    }

    /// The same error, saying what was being done.
    func during(_ what: String) -> PostgresError {
        var copy = self
        copy.message = "\(what): \(message)"
        return copy
    }

    func at(_ index: Int?) -> PostgresError {
        var copy = self
        copy.statementIndex = index
        return copy
    }

    func withUnknownOutcome() -> PostgresError {
        var copy = self
        copy.outcomeUnknown = true
        return copy
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Safe to log.
    public var description: String {
        var parts = ["\(code.rawValue): \(message)"]
        if let sqlState { parts.append("SQLSTATE \(sqlState)") }
        if let constraint { parts.append("constraint \(constraint)") }
        if let table { parts.append("table \(table)") }
        if let column { parts.append("column \(column)") }
        if let statementIndex { parts.append("statement \(statementIndex)") }
        if outcomeUnknown { parts.append("outcome unknown") }
        return parts.joined(separator: ", ")
    }

    /// With the server's words, which may quote values.
    public var debugDescription: String {
        [description, serverMessage, detail].compactMap(\.self).joined(separator: " | ")
    }
}
