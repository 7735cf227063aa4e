/// What requests are counted by: each class has a limit of its own for each client.
package enum RequestClass: String, Sendable, Hashable, CaseIterable {
    /// Looking at anything that is not staff's.
    case read
    /// Changing a cart.
    case cart
    /// Getting a cart token: an anonymous cart that stays for weeks.
    case newCart = "new-cart"
    /// Placing, paying and canceling orders.
    case checkout
    /// Trying a password, by client.
    case login
    /// Trying a password, by account: an attacker with many addresses has one account to break into.
    case account
    /// Making an account.
    case registration
    /// Renewing and ending sessions, and what else users change about their own accounts.
    case session
    /// What providers report.
    case webhook
    /// What staff does.
    case admin

    /// Whether a process that cannot ask the others keeps the limit by itself. Reads go on without one, and so does
    /// what only providers and staff send.
    package var isKeptAlone: Bool {
        switch self {
        case .read, .webhook, .admin: false
        case .cart, .newCart, .checkout, .login, .account, .registration, .session: true
        }
    }
}

/// The limits of all classes: `RATE_LIMITS`.
package struct RequestLimits: Sendable, Hashable {
    private var limits: [RequestClass: RequestLimit]

    /// Classes that are not named have none.
    package init(_ limits: [RequestClass: RequestLimit]) { self.limits = limits }

    /// Nothing is limited.
    package static let off = RequestLimits([:])

    /// Far above what a customer does, or a household behind one address, and far below what harms a shop. Webhooks
    /// have none: they are signed, and a provider that is refused sends again.
    package static let standard = RequestLimits([
        .read: RequestLimit(1200, per: 60), .cart: RequestLimit(120, per: 60), .newCart: RequestLimit(60, per: 600),
        .checkout: RequestLimit(30, per: 60), .login: RequestLimit(20, per: 60), .account: RequestLimit(10, per: 900),
        .registration: RequestLimit(20, per: 3600), .session: RequestLimit(60, per: 60),
        .admin: RequestLimit(600, per: 60),
    ])

    /// The limit of a class, if it has one.
    package subscript(kind: RequestClass) -> RequestLimit? { limits[kind] }

    /// Reads `off`, or what differs from the standard: `checkout=60/min,read=off`. `nil` when it is malformed or names
    /// a class twice.
    package init?(_ text: String) {
        if text == "off" {
            self = .off
            return
        }
        var limits = Self.standard.limits
        var named: Set<RequestClass> = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = RequestClass(rawValue: String(parts[0])), named.insert(kind).inserted
            else { return nil }
            if parts[1] == "off" {
                limits[kind] = nil
            } else {
                guard let limit = RequestLimit(parts[1]) else { return nil }
                limits[kind] = limit
            }
        }
        self.init(limits)
    }
}

/// So many requests in so much time.
package struct RequestLimit: Sendable, Hashable {
    /// Values that are taken for ``count``.
    package static let counts = 1...1_000_000
    /// Values that are taken for ``seconds``: up to a day.
    package static let windows = 1...86_400

    /// How many.
    package let count: Int
    /// In how long, in seconds.
    package let seconds: Int

    /// Values outside ``counts`` and ``windows`` become their nearest bound.
    package init(_ count: Int, per seconds: Int) {
        self.count = min(max(count, Self.counts.lowerBound), Self.counts.upperBound)
        self.seconds = min(max(seconds, Self.windows.lowerBound), Self.windows.upperBound)
    }

    /// Reads `60/min`, `5/s`, `20/hour`, `10/day` and several of a unit, as in `10/15min`. `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Self.number(parts[0]) else { return nil }
        let digits = parts[1].prefix { ("0"..."9").contains($0) }
        let unit: Int
        switch parts[1].dropFirst(digits.count) {
        case "s": unit = 1
        case "min": unit = 60
        case "hour": unit = 3600
        case "day": unit = 86_400
        default: return nil
        }
        guard let times = digits.isEmpty ? 1 : Self.number(digits) else { return nil }
        let (seconds, overflow) = times.multipliedReportingOverflow(by: unit)
        guard !overflow, Self.counts.contains(count), Self.windows.contains(seconds) else { return nil }
        self.init(count, per: seconds)
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

/// Counts requests over a window that moves with the clock: those of the present stretch of time, and of the one before
/// the share that the window still covers, as if they had come evenly. Two numbers for each client, and never more than
/// twice the limit within one window; usually within a few per cent.
