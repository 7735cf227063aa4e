/// Why a connection did not come about: in words that name the cause, without addresses or values, read from what
/// libpq, the server or a pooler says.
///
/// While connecting libpq has nothing but a text for us. Its own words are not translated, because no program of ours
/// sets a locale.
struct ConnectFailure {
    /// As in "no server listens at its address".
    let reason: String
    /// No later attempt will do better, whatever the server does.
    let isForGood: Bool
    /// Something between us and the server refuses `options`.
    let isStartupParameter: Bool

    private init(_ reason: String, forGood isForGood: Bool = false, startupParameter: Bool = false) {
        self.reason = reason
        self.isForGood = isForGood
        isStartupParameter = startupParameter
    }

    /// - Parameter text: everything that was said.
    init(_ text: String, state: SQLState?, timedOut: Bool) {
        if timedOut {
            self.init("no answer in time")
        } else if let known = Self.ofPhrase(in: text) ?? state.flatMap(Self.ofState) {
            self = known
        } else if let state {
            self.init("refused with SQLSTATE \(state)", forGood: state.refusesConnectionForGood)
        } else {
            self.init("the server cannot be reached")
        }
    }

    /// The first that is found counts.
    private static let phrases: [(String, ConnectFailure)] = [
        // Poolers, which have one code for everything they say themselves.
        (
            "unsupported startup parameter",
            .init(
                "a connection pooler refuses the start-up parameter 'options'; say so with DATABASE_POOLER=transaction",
                forGood: true,
                startupParameter: true)
        ),
        ("no such database", .init("the connection pooler knows no such database", forGood: true)),
        ("no such user", .init("the connection pooler knows no such user", forGood: true)),
        ("bouncer config error", .init("the connection pooler's own configuration is wrong")),
        ("server login has been failing", .init("the connection pooler cannot log in to its server")),
        ("server login failed", .init("the connection pooler cannot log in to its server")),
        ("no more connections allowed", .init("the connection pooler has no connection left")),
        ("pgbouncer cannot connect", .init("the connection pooler does not reach its server")),
        ("pooler is shut", .init("the connection pooler is being shut down")),
        ("password authentication failed", .init("wrong user or password", forGood: true)),
        ("SASL authentication failed", .init("wrong user or password", forGood: true)),
        // TLS.
        ("server does not support SSL", .init("the server offers no TLS, which sslmode asks for", forGood: true)),
        ("SSL required", .init("the connection pooler wants TLS; add sslmode=require or stricter", forGood: true)),
        (
            ", no encryption",
            .init("the server refuses this login without TLS; add sslmode=require or stricter", forGood: true)
        ),
        (
            "certificate verify failed",
            .init(
                "the server's certificate is not from an authority that is trusted; name yours with sslrootcert",
                forGood: true)
        ),
        (
            "does not match host name",
            .init("the server's certificate is for another host name, which sslmode=verify-full refuses", forGood: true)
        ),
        ("root certificate file", .init("the file that sslrootcert names cannot be read", forGood: true)),
        ("could not load private key", .init("the file that sslkey names cannot be used", forGood: true)),
        ("could not read certificate file", .init("the file that sslcert names cannot be read", forGood: true)),
        ("private key file", .init("the file that sslkey names cannot be used", forGood: true)),
        ("alert unknown ca", .init("the server does not trust the client's certificate", forGood: true)),
        ("SSL error", .init("TLS could not be agreed on")),
        // The right server is not among them now.
        ("session is read-only", .init("the server only reads, which target_session_attrs rules out")),
        ("session is not read-only", .init("the server is no read-only one, which target_session_attrs asks for")),
        ("server is in hot standby mode", .init("the server is a standby, which target_session_attrs rules out")),
        ("server is not in hot standby mode", .init("the server is no standby, which target_session_attrs asks for")),
        // Parameters that libpq looks at only now.
        ("invalid sslmode value", .init("sslmode has no such value", forGood: true)),
        ("invalid target_session_attrs value", .init("target_session_attrs has no such value", forGood: true)),
        ("invalid port number", .init("a port is none", forGood: true)),
        ("could not match", .init("there are not as many ports as hosts", forGood: true)),
        // The way there.
        ("could not translate host name", .init("its host's name cannot be resolved")),
        ("No such file or directory", .init("there is no server at this Unix socket")),
        ("Permission denied", .init("this user may not use the Unix socket")),
        ("Connection refused", .init("no server listens at its address")),
        (
            "fe_sendauth: no password supplied",
            .init("the server asks for a password, and there is none", forGood: true)
        ),
    ]

    private static func ofPhrase(in text: String) -> ConnectFailure? {
        phrases.first { text.contains($0.0) }?.1
    }

    private static func ofState(_ state: SQLState) -> ConnectFailure? {
        switch state {
        case .invalidPassword: .init("wrong user or password (SQLSTATE \(state))", forGood: true)
        case .invalidCatalogName: .init("no such database (SQLSTATE \(state))", forGood: true)
        case .tooManyConnections: .init("the server has no connection left (SQLSTATE \(state))")
        case .cannotConnectNow: .init("the server is starting or stopping (SQLSTATE \(state))")
        default: nil
        }
    }
}
