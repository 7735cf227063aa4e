import Bootstrap
import Domain
import FoundationEssentials
import Hummingbird
import Logging
import Resilience
import Storage

/// Registration, login, and the life of a session.
struct AuthRoutes {
    /// How long a refresh token is good for: 7 days.
    static let refreshLifetime: TimeInterval = 7 * 86_400

    let services: ShopServices

    func add(to routes: inout Routes) {
        routes.post("auth/register", audience: .everyone, limit: .registration, use: register)
        routes.post("auth/login", audience: .everyone, limit: .login, use: login)
        routes.post("auth/refresh", audience: .everyone, limit: .session, use: refresh)
        routes.post("auth/logout", audience: .everyone, limit: .session, use: logout)
        // The account is looked up: a token of an ended session ends no others.
        routes.post(
            "auth/logout-all", audience: .users.checkingAccount, limit: .session, use: logoutEverywhere)
        routes.post("auth/password", audience: .users.checkingAccount, limit: .login, use: changePassword)
    }

    @Sendable func register(_ request: Request, _ context: ShopContext) async throws -> Response {
        let cartToken = try CartTokens.token(of: request)
        let body = try RegisterRequest(try await request.fields())
        let hash = try await services.hasher.hash(body.password, for: context.hashing(.registration))
        let user = try await services.accounts.register(
            email: body.email, passwordHash: hash, name: body.name, from: context.origin)
        var session = try await open(for: user, context)
        session.user = UserBody(user)
        await bringAlong(cartToken, into: user.id, &session, context)
        return try JSONResponse.response(session, status: .created)
    }

    @Sendable func login(_ request: Request, _ context: ShopContext) async throws -> Response {
        let cartToken = try CartTokens.token(of: request)
        let body = try LoginRequest(try await request.fields())
        var account: (user: User, passwordHash: String)?
        var attempt: LoginThrottle.Attempt?
        if let email = body.email {
            attempt = try await services.logins.begin(email, from: context.address)
            account = try await services.accounts.credentials(email: email)
        }
        // Unknown, wrong and disabled all cost one bcrypt and get one answer.
        let isRight = try await services.hasher.verify(
            body.password, against: account?.passwordHash, for: context.hashing(.login))
        guard let user = account?.user, isRight, !user.isDisabled else {
            try await record("session.refused", account?.user.id, context)
            throw Problem.invalidCredentials
        }
        if let attempt { await services.logins.passed(attempt) }
        var session = try await open(for: user, context)
        await bringAlong(cartToken, into: user.id, &session, context)
        return try JSONResponse.response(session)
    }

    @Sendable func refresh(_ request: Request, _ context: ShopContext) async throws -> Response {
        let body = try RefreshRequest(try await request.fields())
        guard RandomToken.isPlausible(body.refreshToken) else { throw Problem.invalidRefreshToken }
        let next = RandomToken.make()
        let rotation = try await services.accounts.rotate(
            RandomToken.hash(body.refreshToken), to: RandomToken.hash(next), expiresAt: Date() + Self.refreshLifetime,
            from: context.origin)
        switch rotation {
        case .rotated(let user):
            return try JSONResponse.response(
                SessionBody(accessToken: try await services.tokens.issue(for: user), refreshToken: next))
        case .reused(let user):
            context.logger.warning(
                "a refresh token was used again; its session is over", metadata: ["user_id": "\(user)"])
            throw Problem.invalidRefreshToken
        case .ended, .unknown:
            throw Problem.invalidRefreshToken
        }
    }

    @Sendable func logout(_ request: Request, _ context: ShopContext) async throws -> Response {
        let body = try RefreshRequest(try await request.fields())
        // An unknown token is logged out already.
        if RandomToken.isPlausible(body.refreshToken) {
            try await services.accounts.endSession(RandomToken.hash(body.refreshToken), from: context.origin)
        }
        return Response(status: .noContent)
    }

    @Sendable func logoutEverywhere(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = context.viewer.user else { throw Problem.unauthorized }
        try await services.accounts.endAllSessions(of: id, from: context.origin)
        return Response(status: .noContent)
    }

    @Sendable func changePassword(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = context.viewer.user, let account = try await services.accounts.credentials(of: id) else {
            throw Problem.unauthorized
        }
        let body = try PasswordRequest(try await request.fields(), of: account.user)
        // Counted with the logins of the account: a stolen access token gives no more tries than a login does.
        let attempt = try await services.logins.begin(account.user.email, from: context.address)
        guard
            try await services.hasher.verify(
                body.current, against: account.passwordHash, for: context.hashing(.login))
        else {
            try await record("user.password_refused", id, context)
            throw Problem.invalidCredentials
        }
        let hash = try await services.hasher.hash(body.new, for: context.hashing(.login))
        let refreshToken = RandomToken.make()
        let changed = try await services.accounts.changePassword(
            id, from: account.passwordHash, to: hash, tokenHash: RandomToken.hash(refreshToken),
            expiresAt: Date() + Self.refreshLifetime, origin: context.origin)
        // Another change came first: what was sent is not the password any more.
        guard let user = changed else { throw Problem.invalidCredentials }
        await services.logins.passed(attempt)
        return try JSONResponse.response(
            SessionBody(accessToken: try await services.tokens.issue(for: user), refreshToken: refreshToken))
    }

    private func open(for user: User, _ context: ShopContext) async throws -> SessionBody {
        let refreshToken = RandomToken.make()
        let isOpen = try await services.accounts.openSession(
            for: user.id, version: user.sessionVersion, tokenHash: RandomToken.hash(refreshToken),
            expiresAt: Date() + Self.refreshLifetime, from: context.origin)
        // The password was changed, or the account disabled, while this one was checked.
        guard isOpen else { throw Problem.invalidCredentials }
        return SessionBody(accessToken: try await services.tokens.issue(for: user), refreshToken: refreshToken)
    }

    /// Moves the guest's cart and orders over. A login does not fail because of them: where they cannot be moved they
    /// stay, and the answer says so.
    private func bringAlong(
        _ cartToken: String?, into user: User.ID, _ session: inout SessionBody, _ context: ShopContext
    ) async {
        guard let cartToken else { return }
        let hash = RandomToken.hash(cartToken)
        (session.isCartMerged, session.ordersTakenOver) = (false, 0)
        do {
            session.ordersTakenOver = try await services.guests.takeOver(
                hash, by: user, remoteAddress: context.remoteAddress)
            guard let guest = try await services.guests.guest(holding: hash) else {
                session.isCartMerged = true
                return
            }
            session.isCartMerged = try await services.carts.merge(guest: guest, into: user)
        } catch {
            context.logger.warning(
                "what the guest had did not come along to the account", metadata: ["error": "\(error)"])
        }
    }

    private func record(_ action: String, _ user: User.ID?, _ context: ShopContext) async throws {
        let entry = AuditEntry(
            actor: user.map { .user($0) } ?? .guest, action: action, subjectKind: "user",
            subjectID: user?.description ?? "unknown",
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
        try await services.audit.append([entry])
    }
}

/// The caller's own account.
struct ProfileRoutes {
    let accounts: AccountStore

    func add(to routes: inout Routes) { routes.get("me", audience: .users, limit: .read, use: me) }

    @Sendable func me(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = context.viewer.user, let user = try await accounts.user(id), !user.isDisabled else {
            throw Problem.unauthorized
        }
        return try JSONResponse.response(UserBody(user))
    }
}

/// Body of `POST /auth/register`.
struct RegisterRequest {
    let email: EmailAddress
    let password: String
    let name: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let email = fields.email("email")
        let name = fields.text("name", 1...120)
        let password = fields.newPassword("password", of: [email?.rawValue, name])
        guard fields.isComplete, let email, let password, let name else { throw fields.rejection }
        self.email = email
        self.password = password
        self.name = name
    }
}

/// Body of `POST /auth/login`.
struct LoginRequest {
    /// nil when the text is no email address: there is no such account, and the answer is the same.
    let email: EmailAddress?
    let password: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let email = fields.string("email")
        let password = fields.string("password")
        guard fields.isComplete, let email, let password else { throw fields.rejection }
        guard password.utf8.count <= BCrypt.passwordBytes.upperBound else {
            throw .invalid("password", .tooLong, "At most \(BCrypt.passwordBytes.upperBound) bytes are allowed.")
        }
        self.email = EmailAddress(rawValue: email)
        self.password = password
    }
}

/// Body of `POST /auth/password`.
struct PasswordRequest {
    let current: String
    let new: String

    init(_ fields: consuming RequestFields, of user: User) throws(Problem) {
        let current = fields.string("current_password")
        let new = fields.newPassword("new_password", of: [user.email.rawValue, user.name])
        guard fields.isComplete, let current, let new else { throw fields.rejection }
        guard current.utf8.count <= BCrypt.passwordBytes.upperBound else {
            throw .invalid(
                "current_password", .tooLong, "At most \(BCrypt.passwordBytes.upperBound) bytes are allowed.")
        }
        self.current = current
        self.new = new
    }
}

/// Body of `POST /auth/refresh` and `POST /auth/logout`.
struct RefreshRequest {
    let refreshToken: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let token = fields.string("refresh_token")
        guard fields.isComplete, let token else { throw fields.rejection }
        self.refreshToken = token
    }
}

/// The tokens of a session, and at registration the new account beside them.
struct SessionBody: Encodable {
    var user: UserBody?
    let accessToken: String
    let tokenType = "Bearer"
    let expiresIn = AccessClaims.lifetime
    let refreshToken: String
    /// Whether the guest's cart became the user's; there when the request came with a cart token.
    var isCartMerged: Bool?
    /// How many of the guest's orders became the user's; there when the request came with a cart token.
    var ordersTakenOver: Int?

    enum CodingKeys: String, CodingKey {
        case user
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
        case isCartMerged = "cart_merged"
        case ordersTakenOver = "orders_taken_over"
    }
}

/// An account as its owner sees it.
struct UserBody: Encodable {
    let id: String
    let email: String
    let name: String
    let role: String
    let createdAt: Date

    init(_ user: User) {
        id = user.id.description
        email = user.email.readable
        name = user.name
        role = user.role.rawValue
        createdAt = user.createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, email, name, role
        case createdAt = "created_at"
    }
}
