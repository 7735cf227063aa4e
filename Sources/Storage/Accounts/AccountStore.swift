public import Domain
public import FoundationEssentials
public import Postgres

/// Accounts and their sessions.
///
/// Passwords come as bcrypt hashes and refresh tokens as SHA-256 hashes; neither secret is ever seen here.
public struct AccountStore: Sendable {
    let database: PostgresPool

    /// A store in this database.
    public init(database: PostgresPool) {
        self.database = database
    }

    /// Makes a customer's account. Throws `StorageError.emailTaken` when the address, in any spelling of its case, has one.
    public func register(email: EmailAddress, passwordHash: String, name: String, role: Role = .customer) async throws -> User {
        throw StorageError.notFound("implementation yet")
    }
    /// The account of a mail address with its password hash, for login. Disabled accounts are found too.
    public func credentials(email: EmailAddress) async throws -> (user: User, passwordHash: String)? {
        throw StorageError.notFound("implementation yet")
    }
    /// An account by id.
    public func user(_ id: User.ID) async throws -> User? { throw StorageError.notFound("implementation yet") }
    /// Changes the name. `nil` when there is no such account.
    public func rename(_ id: User.ID, to name: String) async throws -> User? { throw StorageError.notFound("implementation yet") }
    /// Sets a new password hash and ends all sessions.
    public func changePassword(_ id: User.ID, to passwordHash: String) async throws { throw StorageError.notFound("implementation yet") }
    /// Removes the personal data of an account; its orders stay, without name and address. Ends all sessions.
    public func erase(_ id: User.ID) async throws { throw StorageError.notFound("implementation yet") }

    /// Begins a family of refresh tokens with its first token (SHA-256, 32 bytes).
    public func openSession(for user: User.ID, tokenHash: [UInt8], expiresAt: Date) async throws {
        throw StorageError.notFound("implementation yet")
    }
    /// Uses up a refresh token and puts its successor in its place. Of two at once exactly one wins; a token that was used before revokes its family.
    public func rotate(_ tokenHash: [UInt8], to newHash: [UInt8], expiresAt: Date) async throws -> SessionRotation {
        throw StorageError.notFound("implementation yet")
    }
    /// Ends the family a token belongs to: logout. Unknown tokens are no error.
    public func endSession(_ tokenHash: [UInt8]) async throws { throw StorageError.notFound("implementation yet") }
    /// Ends all of a user's sessions and raises the session version: logout everywhere.
    public func endAllSessions(of user: User.ID) async throws { throw StorageError.notFound("implementation yet") }
}
