-- People and their sessions.
CREATE TABLE users (
    id              uuid PRIMARY KEY,
    -- Null after erasure, and then so are the name and the password.
    email           text CHECK (length(email) BETWEEN 3 AND 254),
    name            text NOT NULL CHECK (length(name) <= 200),
    password_hash   text,
    role            text NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'support', 'operator', 'admin')),
    session_version integer NOT NULL DEFAULT 1 CHECK (session_version > 0),
    is_disabled     boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (email IS NOT NULL OR (is_disabled AND password_hash IS NULL))
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

-- One family per login. Revoking it ends every token that descends from that login.
CREATE TABLE session_families (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id        uuid NOT NULL REFERENCES users,
    created_at     timestamptz NOT NULL DEFAULT now(),
    revoked_at     timestamptz,
    revoked_reason text CHECK (revoked_reason IN ('logout', 'logout_all', 'password_changed', 'token_reused', 'erased')),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX session_families_live ON session_families (user_id) WHERE revoked_at IS NULL;

-- Only SHA-256 hashes: who reads this table cannot log in with it.
CREATE TABLE refresh_tokens (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    family_id  uuid NOT NULL REFERENCES session_families ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
