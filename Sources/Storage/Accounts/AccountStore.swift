package import Domain
package import FoundationEssentials
package import Postgres

/// Accounts and their sessions.
///
/// Passwords come as bcrypt hashes and refresh tokens as SHA-256 hashes; neither secret is ever seen here.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct AccountStore: Sendable {
    let database: PostgresPool

    package init(database: PostgresPool) {
        self.database = database
    }

    /// Makes an account. Throws `StorageError.emailTaken` when the address, in any spelling of its case, has one. With
    /// an origin it is noted in the audit log, by the same statement.
    package func register(
        email: EmailAddress, passwordHash: String, name: String, role: Role = .customer, from origin: AuditOrigin? = nil
    ) async throws -> User {
        // A conflict that the server met would be an error in its log, with the address in it.
        let rows = try await database.query(
            """
            WITH added AS (
                INSERT INTO users (id, email, name, password_hash, role)
                VALUES (\(User.ID()), \(email), \(name), \(passwordHash), \(role))
                ON CONFLICT (lower(email)) DO NOTHING
                RETURNING id, email, name, role, session_version, is_disabled, created_at, id AS user_id
            ), noted AS (\(Self.note("user.registered", of: "added", origin)))
            SELECT id, email, name, role, session_version, is_disabled, created_at FROM added
            """)
        guard let user = try rows.first.map(User.init) else { throw StorageError.emailTaken }
        return user
    }

    /// The account of an email address with its password hash, for login. Disabled accounts are found too.
    package func credentials(email: EmailAddress) async throws -> (user: User, passwordHash: String)? {
        let rows = try await database.query(
            """
            SELECT id, email, name, role, session_version, is_disabled, created_at, password_hash
              FROM users WHERE lower(email) = \(email.key) AND password_hash IS NOT NULL
            """)
        return try rows.first.map { (try User($0), try $0["password_hash"]) }
    }

    /// An account by id, `nil` when there is none or it was erased.
    package func user(_ id: User.ID) async throws -> User? {
        let rows = try await database.query(
            """
            SELECT id, email, name, role, session_version, is_disabled, created_at FROM users
             WHERE id = \(id) AND email IS NOT NULL
            """)
        return try rows.first.map(User.init)
    }

    /// Changes the name. `nil` when there is no such account.
    package func rename(_ id: User.ID, to name: String) async throws -> User? {
        let rows = try await database.query(
            """
            UPDATE users SET name = \(name), updated_at = now() WHERE id = \(id) AND email IS NOT NULL
            RETURNING id, email, name, role, session_version, is_disabled, created_at
            """)
        return try rows.first.map(User.init)
    }

    /// The account of an id with its password hash. `nil` when there is none, it was erased or is disabled.
    package func credentials(of id: User.ID) async throws -> (user: User, passwordHash: String)? {
        let rows = try await database.query(
            """
            SELECT id, email, name, role, session_version, is_disabled, created_at, password_hash
              FROM users WHERE id = \(id) AND password_hash IS NOT NULL AND NOT is_disabled
            """)
        return try rows.first.map { (try User($0), try $0["password_hash"]) }
    }

    /// Puts a password hash in the place of the one that was checked, ends all sessions, opens a new one with this
    /// token (SHA-256, 32 bytes) and notes it in the audit log. `nil`, and nothing is changed, when the account has
    /// another password by now or is disabled: of two changes at once one counts.
    package func changePassword(
        _ id: User.ID, from checked: String, to passwordHash: String, tokenHash: [UInt8], expiresAt: Date,
        origin: AuditOrigin = AuditOrigin()
    ) async throws -> User? {
        try await database.transaction { transaction in
            let changed = Query.firstRow(
                """
                UPDATE users
                   SET password_hash = \(passwordHash), session_version = session_version + 1, updated_at = now()
                 WHERE id = \(id) AND password_hash = \(checked) AND NOT is_disabled
                RETURNING id, email, name, role, session_version, is_disabled, created_at
                """
            ) { try User($0) }
            guard let user = try transaction.run(changed) else { return nil }
            try transaction.execute([
                Self.revocation(of: id, reason: "password_changed"),
                """
                WITH family AS (INSERT INTO session_families (user_id) VALUES (\(id)) RETURNING id, user_id),
                     noted AS (\(Self.note("user.password_changed", of: "family", origin)))
                INSERT INTO refresh_tokens (hash, family_id, expires_at)
                SELECT \(tokenHash)::bytea, id, \(expiresAt)::timestamptz FROM family
                """,
            ])
            return user
        }
    }

    /// Removes the personal data of an account: orders and the audit log stay, without name and address. Ends all
    /// sessions.
    ///
    /// Emails that were not sent yet have no recipient any more and fail.
    package func erase(_ id: User.ID) async throws {
        try await database.execute([
            """
            UPDATE users
               SET email = NULL, name = '', password_hash = NULL, is_disabled = true,
                   session_version = session_version + 1, updated_at = now()
             WHERE id = \(id)
            """,
            // Nor does the cart token with which an order was placed before it came into the account show it any more.
            """
            UPDATE orders
               SET email = NULL, shipping_address = NULL, guest_token_hash = NULL, version = version + 1,
                   updated_at = now()
             WHERE user_id = \(id)
            """,
            """
            UPDATE email_deliveries
               SET recipient = NULL, bounce_reason = CASE WHEN bounced_at IS NOT NULL THEN 'erased' END,
                   updated_at = now()
              FROM orders WHERE orders.id = email_deliveries.order_id AND orders.user_id = \(id)
            """,
            """
            UPDATE email_events SET reason = NULL
              FROM email_deliveries AS d JOIN orders AS o ON o.id = d.order_id
             WHERE o.user_id = \(id) AND email_events.delivery_id = d.id
            """,
            // They may name the customer, and what carriers know leads to the address.
            """
            DELETE FROM order_notes USING orders
             WHERE orders.id = order_notes.order_id AND orders.user_id = \(id)
            """,
            """
            UPDATE shipments SET tracking_number = NULL, tracking_url = NULL, updated_at = now()
              FROM orders WHERE orders.id = shipments.order_id AND orders.user_id = \(id)
            """,
            """
            UPDATE discount_uses SET customer = NULL
              FROM orders WHERE orders.id = discount_uses.order_id AND orders.user_id = \(id)
            """,
            Self.revocation(of: id, reason: "erased"),
            """
            INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id)
            VALUES ('user', \(id.description), 'user.erased', 'user', \(id.description))
            """,
        ])
    }
}

extension User {
    /// Reads the columns `id, email, name, role, session_version, is_disabled, created_at`.
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row["id"], email: try row["email"], name: try row["name"], role: try row["role"],
            sessionVersion: try row["session_version"],
            isDisabled: try row["is_disabled"], createdAt: try row["created_at"])
    }
}
