import Domain
package import Resilience
package import Storage

/// What an API process needs to know.
package struct APISettings: ProcessSettings {
    package let log: LogSettings
    package let metrics: MetricsSettings
    package let tracing: TracingSettings?
    package let http: HTTPSettings
    package let auth: AuthSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let shop: ShopSettings
    package let webhooks: WebhookSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        metrics = MetricsSettings(&reader)
        tracing = TracingSettings(&reader, service: "cartwright-api")
        http = HTTPSettings(&reader)
        shop = ShopSettings(&reader)
        webhooks = WebhookSettings(&reader)
        let auth = AuthSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-api")
        let redis = RedisSettings(&reader, clientName: "cartwright-api")
        guard let auth, let database, let redis else { return nil }
        self.auth = auth
        self.database = database
        self.redis = redis
    }
}

/// Where a process listens and who stands in front of it: `HOST`, `PORT`, `TRUSTED_PROXIES`, and what clients may ask
/// of it: `RATE_LIMITS`.
package struct HTTPSettings: Sendable {
    /// The address to listen on. By default this machine alone can reach it.
    package let host: String
    /// The port of the API.
    package let port: Int
    /// Whose word counts about whom a request is from.
    package let trustedProxies: TrustedProxies
    /// How much one client may ask for.
    package let limits: RequestLimits
    /// Origins whose pages may use the API, as browsers write them.
    package let corsOrigins: [String]
    /// What requests and connections may cost before a route handles them.
    package let edge: EdgeSettings

    package init(_ reader: inout SettingsReader) {
        host = Self.host(&reader)
        port = reader.integer("PORT", default: 8080, in: 0...65535)
        trustedProxies = TrustedProxies(&reader)
        limits = reader.value(
            "RATE_LIMITS", default: .standard,
            expected: "off, or limits that differ from the standard such as checkout=60/min,read=off, of "
                + RequestClass.allCases.map(\.rawValue).joined(separator: ", "),
            advice: "a limit is a number per s, min, hour or day, or per several of them as in 10/15min"
        ) { RequestLimits($0) }
        corsOrigins = Self.origins(&reader)
        edge = EdgeSettings(&reader)
    }

    private static func origins(_ reader: inout SettingsReader) -> [String] {
        reader.value(
            "CORS_ORIGINS", default: [],
            expected: "origins such as https://shop.example or http://localhost:3000, with commas between them"
        ) { text in
            let origins = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            return origins.allSatisfy(isOrigin) ? origins.map { String($0) } : nil
        }
    }

    /// Whether a browser writes an origin like this: scheme, host in small letters, a port unless it is the scheme's
    /// own. Anything else would be compared with what browsers send, and never match.
    static func isOrigin(_ text: some StringProtocol) -> Bool {
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        guard let scheme else { return false }
        let parts = text.dropFirst(scheme.count).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, (1...253).contains(host.utf8.count), !host.hasPrefix("."), !host.hasSuffix("."),
            host.utf8.allSatisfy({
                (ASCII.isLetterOrDigit($0) && !(0x41...0x5A).contains($0)) || ".-".utf8.contains($0)
            })
        else { return false }
        guard parts.count == 2 else { return true }
        guard let port = Int(parts[1]), (1...65_535).contains(port), String(port) == parts[1] else { return false }
        return port != (scheme == "https://" ? 443 : 80)
    }

    static func host(_ reader: inout SettingsReader) -> String {
        reader.value("HOST", default: "127.0.0.1", expected: "a host name or IP address such as 127.0.0.1 or 0.0.0.0") {
            text in
            text.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || ".:-".utf8.contains($0) } ? text : nil
        }
    }
}

/// What an operator may tune of the API's edge: `HTTP_MAX_CONNECTIONS`, `HTTP_MAX_CONNECTIONS_PER_ADDRESS`,
/// `HTTP_BODY_MEMORY_MIB` and `HTTP_REQUEST_TIMEOUT_SECONDS`.
package struct EdgeSettings: Sendable {
    /// Connections in all; `nil`: as many as the process has file descriptors for.
    package let connections: Int?
    package let connectionsPerAddress: Int
    /// Bodies that are held in memory at the same time, of all connections.
    package let bodyBytes: Int
    /// For the head of a request. Its body has as long again, and longer while it keeps coming.
    package let requestTime: Duration

    package init(_ reader: inout SettingsReader) {
        connections = reader.integer("HTTP_MAX_CONNECTIONS", in: 16...60_000)
        connectionsPerAddress = reader.integer("HTTP_MAX_CONNECTIONS_PER_ADDRESS", default: 256, in: 1...60_000)
        bodyBytes = reader.integer("HTTP_BODY_MEMORY_MIB", default: 64, in: 2...65_536) << 20
        requestTime = .seconds(reader.integer("HTTP_REQUEST_TIMEOUT_SECONDS", default: 10, in: 1...600))
    }
}
