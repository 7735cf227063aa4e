import FoundationEssentials

/// The three kinds of URL; see ``RedisConfiguration/init(url:)``.
extension RedisConfiguration {
    init(singleURL url: String) throws(RedisError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.invalid("it cannot be read as a URL")
        }
        username = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
        switch scheme {
        case "redis":
            let port = parts.port ?? 6379
            guard (1...65535).contains(port) else { throw Self.invalid("the port must lie in 1…65535") }
            var host = parts.host ?? ""
            if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            topology = .single(.tcp(host: host.isEmpty ? "127.0.0.1" : host, port: port))
            let path = parts.path.drop { $0 == "/" }
            database = try Self.databaseNumber(path.isEmpty ? "0" : String(path))
        case "unix", "redis+unix":
            guard parts.path.hasPrefix("/") else { throw Self.invalid("the path of a Unix socket must be absolute") }
            topology = .single(.unix(path: parts.path))
            database = try Self.databaseNumber(parts.queryItems?.first { $0.name == "db" }?.value ?? "0")
        case "rediss":
            throw Self.invalid("this build's hiredis has no TLS; use redis:// through a local TLS tunnel")
        default:
            throw Self.invalid("the scheme must be redis, unix, redis+sentinel or redis+cluster")
        }
    }

    init(sentinelURL url: String) throws(RedisError) {
        let example = "redis+sentinel://10.0.0.1:26379,10.0.0.2:26379/service/0"
        do throws(RedisURL.Problem) {
            let parts = try RedisURL(url)
            let known: Set = ["sentinel-user", "sentinel-password"]
            guard known.isSuperset(of: parts.query.keys) else {
                throw RedisURL.Problem(text: "its query may hold only sentinel-user and sentinel-password")
            }
            let service = parts.path.first ?? ""
            guard !service.isEmpty, !service.contains(where: \.isWhitespace) else {
                throw RedisURL.Problem(text: "the name that the sentinels have for the master is missing")
            }
            guard parts.path.count <= 2 else { throw RedisURL.Problem(text: "there is more behind the database") }
            if parts.query["sentinel-user"] != nil && parts.query["sentinel-password"] == nil {
                throw RedisURL.Problem(text: "there is a sentinel-user without a sentinel-password")
            }
            (username, password) = (parts.username, parts.password)
            topology = .sentinel(
                SentinelService(
                    sentinels: try parts.endpoints(defaultPort: 26379), name: service, username: parts.query["sentinel-user"],
                    password: parts.query["sentinel-password"]))
            let number = parts.path.dropFirst().first ?? "0"
            guard let number = Int(number), number >= 0 else {
                throw RedisURL.Problem(text: "the database must be a number such as 0")
            }
            database = number
        } catch {
            throw Self.invalid(error.text, example: example)
        }
    }

    init(clusterURL url: String) throws(RedisError) {
        let example = "redis+cluster://10.0.0.1:6379,10.0.0.2:6379"
        do throws(RedisURL.Problem) {
            let parts = try RedisURL(url)
            guard parts.path.isEmpty || parts.path == ["0"] else { throw RedisURL.Problem(text: "a cluster has database 0 only") }
            guard parts.query.isEmpty else { throw RedisURL.Problem(text: "it must not have a query") }
            (username, password) = (parts.username, parts.password)
            topology = .cluster(seeds: try parts.endpoints(defaultPort: 6379))
            database = 0
        } catch {
            throw Self.invalid(error.text, example: example)
        }
    }

    private static func databaseNumber(_ text: String) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else { throw invalid("the database must be a number such as 0") }
        return number
    }

    private static func invalid(_ reason: String, example: String = "redis://127.0.0.1:6379/0") -> RedisError {
        RedisError(code: .invalidURL, message: "expected a Redis URL such as \(example), but \(reason)")
    }
}
