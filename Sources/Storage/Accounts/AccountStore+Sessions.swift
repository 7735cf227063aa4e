public import Domain
public import FoundationEssentials
import Postgres

extension AccountStore {
    /// Begins a family of refresh tokens with its first token (SHA-256, 32 bytes).
    public func openSession(for user: User.ID, tokenHash: [UInt8], expiresAt: Date) async throws {
        _ = try await database.execute(
            """
            WITH family AS (INSERT INTO session_families (user_id) VALUES (\(user)) RETURNING id)
            INSERT INTO refresh_tokens (hash, family_id, expires_at)
            SELECT \(tokenHash)::bytea, id, \(expiresAt)::timestamptz FROM family
            """)
    }

    /// Uses up a refresh token and puts its successor in its place.
    ///
    /// Of two requests at once exactly one wins: the other had seen the token unused before it was beaten to it. A token that was seen to be used
    /// already is in two hands; its whole family is revoked and that is audited.
    public func rotate(_ tokenHash: [UInt8], to newHash: [UInt8], expiresAt: Date) async throws -> SessionRotation {
        try await database.transaction { transaction in
            let read = try transaction.pipeline([
                """
                SELECT t.family_id, t.used_at IS NOT NULL AS is_used, t.expires_at <= now() AS is_expired, f.revoked_at IS NOT NULL AS is_revoked,
                       u.id, u.email, u.name, u.role, u.session_version, u.is_disabled, u.created_at
                  FROM refresh_tokens AS t JOIN session_families AS f ON f.id = t.family_id JOIN users AS u ON u.id = f.user_id
                 WHERE t.hash = \(tokenHash)
                """,
                """
                UPDATE refresh_tokens AS t SET used_at = now()
                  FROM session_families AS f JOIN users AS u ON u.id = f.user_id
                 WHERE t.hash = \(tokenHash) AND f.id = t.family_id AND t.used_at IS NULL AND t.expires_at > now()
                   AND f.revoked_at IS NULL AND NOT u.is_disabled
                """,
            ])
            guard let token = read[0].rows.first else { return .unknown }
            if read[1].affectedRows == 1 {
                let user = try User(token)
                try transaction.execute(
                    """
                    INSERT INTO refresh_tokens (hash, family_id, expires_at)
                    SELECT \(newHash)::bytea, family_id, \(expiresAt)::timestamptz FROM refresh_tokens WHERE hash = \(tokenHash)
                    """)
                return .rotated(user)
            }
            if try token["is_revoked"] { return .ended }
            if try token["is_used"] {
                let user: User.ID = try token["id"]
                _ = try transaction.pipeline(Self.reuse(of: tokenHash, by: user))
                return .reused(user)
            }
            if try token["is_expired"] { return .ended }
            return try token["is_disabled"] ? .ended : .lostRace
        }
    }

    /// Ends the family a token belongs to: logout. Unknown tokens are no error.
    public func endSession(_ tokenHash: [UInt8]) async throws {
        _ = try await database.execute(
            """
            UPDATE session_families AS f SET revoked_at = now(), revoked_reason = 'logout'
              FROM refresh_tokens AS t WHERE t.hash = \(tokenHash) AND f.id = t.family_id AND f.revoked_at IS NULL
            """)
    }

    /// Ends all of a user's sessions and raises the session version: logout everywhere.
    public func endAllSessions(of user: User.ID) async throws {
        _ = try await database.pipeline([
            "UPDATE users SET session_version = session_version + 1, updated_at = now() WHERE id = \(user)",
            Self.revocation(of: user, reason: "logout_all"),
        ])
    }

    /// Forgets families whose last token has been over for this long, a batch per statement. Returns how many.
    @discardableResult
    public func purgeSessions(
        olderThan age: Duration = .seconds(30 * 86_400), batch: Int = 5000
    ) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM session_families
             WHERE id IN (SELECT id FROM session_families AS f
                           WHERE created_at < now() - make_interval(secs => \(age.inSeconds))
                             AND NOT EXISTS (SELECT FROM refresh_tokens
                                              WHERE family_id = f.id AND expires_at > now() - make_interval(secs => \(age.inSeconds)))
                           LIMIT \(batch))
            """)
    }

    /// Revokes all families of a user.
    static func revocation(of user: User.ID, reason: String) -> SQL {
        "UPDATE session_families SET revoked_at = now(), revoked_reason = \(reason) WHERE user_id = \(user) AND revoked_at IS NULL"
    }

    private static func reuse(of tokenHash: [UInt8], by user: User.ID) -> [SQL] {
        [
            """
            UPDATE session_families AS f SET revoked_at = now(), revoked_reason = 'token_reused'
              FROM refresh_tokens AS t WHERE t.hash = \(tokenHash) AND f.id = t.family_id AND f.revoked_at IS NULL
            """,
            """
            INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id)
            VALUES ('user', \(user.description), 'session.reused', 'user', \(user.description))
            """,
        ]
    }
}
