package import Domain
package import FoundationEssentials
import Postgres

extension AccountStore {
    /// Begins a family of refresh tokens with its first token (SHA-256, 32 bytes). With an origin it is noted in the
    /// audit log, by the same statement.
    ///
    /// - Parameter version: the session version of the account whose password was checked. A session is not opened when
    ///   the password was changed, all sessions were ended or the account was disabled since.
    /// - Returns: whether it is open.
    @discardableResult
    package func openSession(
        for user: User.ID, version: Int? = nil, tokenHash: [UInt8], expiresAt: Date, from origin: AuditOrigin? = nil
    ) async throws -> Bool {
        try await database.execute(
            """
            WITH account AS (SELECT id FROM users
                              WHERE id = \(user) AND NOT is_disabled
                                AND session_version = coalesce(\(version)::integer, session_version) FOR SHARE),
                 family AS (INSERT INTO session_families (user_id) SELECT id FROM account RETURNING id, user_id),
                 noted AS (\(Self.note("session.opened", of: "family", origin)))
            INSERT INTO refresh_tokens (hash, family_id, expires_at)
            SELECT \(tokenHash)::bytea, id, \(expiresAt)::timestamptz FROM family
            """) == 1
    }

    /// For how long after its use a refresh token still gets a successor: the answer was lost, or two tabs of one
    /// browser refreshed at once.
    package static let repeatable: Duration = .seconds(10)

    /// Uses up a refresh token and puts its successor in its place.
    ///
    /// The direct predecessor of a session's newest tokens is good again for ``repeatable``. Each time it gets a
    /// successor of its own, and each of those is good for one use, so that no tab ends the session of another. A token
    /// that comes later, or after a successor of its own was used, is in two hands: its whole family is revoked and
    /// that is audited.
    package func rotate(
        _ tokenHash: [UInt8], to newHash: [UInt8], expiresAt: Date, from origin: AuditOrigin = AuditOrigin()
    ) async throws -> SessionRotation {
        try await database.transaction { transaction in
            // One at a time: what the statement after it sees is what the winner has left behind.
            let lock: SQL = """
                SELECT id FROM session_families
                 WHERE id = (SELECT family_id FROM refresh_tokens WHERE hash = \(tokenHash)) FOR NO KEY UPDATE
                """
            let stored = Query.firstRow(
                """
                SELECT t.used_at IS NOT NULL AS is_used, t.expires_at <= now() AS is_expired,
                    f.revoked_at IS NOT NULL AS is_revoked,
                       coalesce(t.used_at > now() - make_interval(secs => \(Self.repeatable.inSeconds))
                                AND NOT EXISTS (SELECT FROM refresh_tokens AS next
                                                 WHERE next.family_id = t.family_id AND next.parent = t.hash
                                                   AND next.used_at IS NOT NULL),
                                false) AS is_repeatable,
                       u.id, u.email, u.name, u.role, u.session_version, u.is_disabled, u.created_at
                  FROM refresh_tokens AS t JOIN session_families AS f ON f.id = t.family_id
                      JOIN users AS u ON u.id = f.user_id
                 WHERE t.hash = \(tokenHash)
                """
            ) { $0 }
            guard let token = try transaction.pipeline(lock, stored).1 else { return .unknown }
            if try token["is_revoked"] || token["is_disabled"] { return .ended }
            if try token["is_used"] && !token["is_repeatable"] {
                let user: User.ID = try token["id"]
                try transaction.execute(Self.reuse(of: tokenHash, from: origin))
                return .reused(user)
            }
            if try token["is_expired"] { return .ended }
            let user = try User(token)
            try transaction.execute([
                "UPDATE refresh_tokens SET used_at = now() WHERE hash = \(tokenHash) AND used_at IS NULL",
                """
                INSERT INTO refresh_tokens (hash, family_id, parent, expires_at)
                SELECT \(newHash)::bytea, family_id, hash, \(expiresAt)::timestamptz FROM refresh_tokens
                    WHERE hash = \(tokenHash)
                """,
                """
                WITH refreshed AS (SELECT \(user.id)::uuid AS user_id)
                \(Self.note("session.refreshed", of: "refreshed", origin))
                """,
            ])
            return .rotated(user)
        }
    }

    /// Ends the family a token belongs to: logout, noted by the same statement. Unknown tokens, and those of sessions
    /// that are over, are no error and no note.
    package func endSession(_ tokenHash: [UInt8], from origin: AuditOrigin = AuditOrigin()) async throws {
        _ = try await database.execute(
            """
            WITH ended AS (
                UPDATE session_families AS f SET revoked_at = now(), revoked_reason = 'logout'
                  FROM refresh_tokens AS t WHERE t.hash = \(tokenHash) AND f.id = t.family_id AND f.revoked_at IS NULL
                RETURNING f.user_id
            )
            \(Self.note("session.closed", of: "ended", origin))
            """)
    }

    /// Notes what happened to the accounts that a part of a statement names as `user_id`; nothing without an origin.
    static func note(_ action: String, of source: String, _ origin: AuditOrigin?) -> SQL {
        """
        INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id, remote_address, details)
        SELECT 'user', user_id::text, \(action)::text, 'user', user_id::text, \(origin?.remoteAddress)::text,
               jsonb_strip_nulls(jsonb_build_object('request_id', \(origin?.requestID)::text))
          FROM \(raw: source) WHERE \(origin != nil)
        """
    }

    /// Ends all of a user's sessions, raises the session version and notes it in the audit log: logout everywhere.
    package func endAllSessions(of user: User.ID, from origin: AuditOrigin = AuditOrigin()) async throws {
        try await database.execute([
            "UPDATE users SET session_version = session_version + 1, updated_at = now() WHERE id = \(user)",
            Self.revocation(of: user, reason: "logout_all"),
            """
            WITH ended AS (SELECT \(user)::uuid AS user_id)
            \(Self.note("session.all_closed", of: "ended", origin))
            """,
        ])
    }

    /// Forgets families whose last token has been over for this long, a batch per statement. Returns how many.
    @discardableResult
    package func purgeSessions(
        olderThan age: Duration = .seconds(30 * 86_400), batch: Int = 5000
    ) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM session_families
             WHERE id IN (SELECT id FROM session_families AS f
                           WHERE created_at < now() - make_interval(secs => \(age.inSeconds))
                             AND NOT EXISTS (SELECT FROM refresh_tokens
                                              WHERE family_id = f.id
                                                AND expires_at > now() - make_interval(secs => \(age.inSeconds)))
                           LIMIT \(batch))
            """)
    }

    /// Revokes all families of a user.
    static func revocation(of user: User.ID, reason: String) -> SQL {
        """
        UPDATE session_families SET revoked_at = now(), revoked_reason = \(reason)
         WHERE user_id = \(user) AND revoked_at IS NULL
        """
    }

    private static func reuse(of tokenHash: [UInt8], from origin: AuditOrigin) -> [SQL] {
        [
            """
            WITH ended AS (
                UPDATE session_families AS f SET revoked_at = now(), revoked_reason = 'token_reused'
                  FROM refresh_tokens AS t WHERE t.hash = \(tokenHash) AND f.id = t.family_id AND f.revoked_at IS NULL
                RETURNING f.user_id
            )
            \(note("session.reused", of: "ended", origin))
            """
        ]
    }
}

/// What became of a refresh token that was handed in.
package enum SessionRotation: Hashable, Sendable {
    /// It was good, or is the direct predecessor and was used a moment ago. It is used up now and the new one counts.
    case rotated(User)
    /// It had been used before, so a copy of it exists. The whole family is revoked.
    case reused(User.ID)
    /// It, or its family, is over: too old, logged out or revoked.
    case ended
    /// The shop never gave out this token.
    case unknown
}
