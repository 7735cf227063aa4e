import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite(
    "A database is found by every kind of address, and what is wrong with one is said", .database(), .serialized,
    .timeLimit(.minutes(2)))
struct AddressTests {
    private func connect<Value: Sendable>(
        _ url: String, timeout: Duration = .seconds(5), _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = 1
        configuration.connectTimeout = timeout
        configuration.acquireTimeout = .seconds(10)
        let pool = PostgresPool(configuration, logger: try TestDatabase.current.logger)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    private static let isEncrypted: SQL = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

    @Test("sslmode means what libpq says it means")
    func encryption() async throws {
        let server = try await PostgresServer.start(
            certificateFor: "DNS:localhost,IP:127.0.0.1", access: "hostssl all all all trust")
        let address = "postgres://cartwright@localhost:\(server.port)/postgres"
        let trusted = "sslrootcert=\(server.certificateFile)"
        for query in [
            "sslmode=require", "sslmode=prefer", "sslmode=allow", "sslmode=verify-ca&\(trusted)",
            "sslmode=verify-full&\(trusted)", "x",
        ] {
            // Without a word about it libpq prefers TLS.
            let url = query == "x" ? address : "\(address)?\(query)"
            #expect(try await connect(url) { try await $0.query(Self.isEncrypted)[0][0] as Bool }, "\(query)")
        }
        let stranger = try await PostgresServer.start(certificateFor: "DNS:elsewhere.example")
        let plain = try await PostgresServer.start()
        let foreign = "postgres://cartwright@localhost:\(stranger.port)/postgres"
        for (url, cause) in [
            ("\(address)?sslmode=disable", "without TLS"),
            ("\(address)?sslmode=verify-full&sslrootcert=\(stranger.certificateFile)", "authority"),
            ("\(address)?sslmode=verify-ca&sslrootcert=/nowhere/root.pem", "sslrootcert names cannot be read"),
            ("\(foreign)?sslmode=verify-full&sslrootcert=\(stranger.certificateFile)", "another host name"),
            ("postgres://cartwright@localhost:\(plain.port)/postgres?sslmode=require", "offers no TLS"),
            ("\(address)?sslmode=perhaps", "sslmode has no such value"),
        ] {
            let error = try await postgresError { try await connect(url) { try await $0.query("SELECT 1").count } }
            #expect(error?.message.contains(cause) == true, "\(url): \(String(describing: error))")
            #expect(error?.isTransient == false, "\(cause)")
        }
        // A wrong host name is enough for verify-full alone.
        let known = "\(foreign)?sslmode=verify-ca&sslrootcert=\(stranger.certificateFile)"
        #expect(try await connect(known) { try await $0.query(Self.isEncrypted)[0][0] as Bool })
    }

    @Test("Unix sockets, by either spelling")
    func sockets() async throws {
        let server = try await PostgresServer.start()
        let folder = server.socketFolder
        let encoded = try #require(folder.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        for url in [
            "postgres:///postgres?host=\(folder)&port=\(server.port)&user=cartwright",
            "postgres://cartwright@/postgres?host=\(folder)&port=\(server.port)",
            "postgresql://cartwright@\(encoded):\(server.port)/postgres",
        ] {
            let isLocal = try await connect(url) {
                try await $0.query("SELECT inet_server_addr() IS NULL")[0][0] as Bool
            }
            #expect(isLocal, "\(url)")
        }
        let missing = try await postgresError {
            try await connect("postgres:///postgres?host=/nowhere&user=x") { try await $0.query("SELECT 1").count }
        }
        #expect(missing?.message.contains("no server at this Unix socket") == true, "\(String(describing: missing))")
        #expect(missing?.isTransient == true)
    }

    @Test("of several hosts the one that takes writes is used, wherever it stands, and whatever becomes of the others")
    func severalHosts() async throws {
        let primary = try await PostgresServer.start()
        let standby = try await PostgresServer.start(settings: ["default_transaction_read_only=on"])
        let dead = try FreePort.next()
        // Takes connections, and what is said to it goes nowhere.
        let silent = try TCPProxy(to: primary.port)
        silent.pause()
        let isRight: SQL = "SELECT current_setting('port')::integer = \(primary.port)"
        for ports in [
            [primary.port, standby.port], [standby.port, primary.port], [dead, standby.port, primary.port],
            [silent.port, primary.port],
        ] {
            let hosts = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
            let url = "postgres://cartwright@\(hosts)/postgres?target_session_attrs=read-write&sslmode=disable"
            #expect(
                try await connect(url, timeout: .seconds(3)) { try await $0.query(isRight)[0][0] as Bool }, "\(hosts)")
        }
        let onlyStandby =
            "postgres://cartwright@127.0.0.1:\(standby.port),127.0.0.1:\(dead)/postgres?target_session_attrs=read-write"
        let error = try await postgresError { try await connect(onlyStandby) { try await $0.query("SELECT 1").count } }
        #expect(error?.message.contains("host 1: the server only reads") == true, "\(String(describing: error))")
        #expect(error?.message.contains("host 2: no server listens") == true, "\(String(describing: error))")
        #expect(error?.isTransient == true)
    }

    @Test("after a fail-over connections leave the server that only reads now, and find the one that writes")
    func failOver() async throws {
        let servers = [try await PostgresServer.start(), try await PostgresServer.start()]
        func limit(_ server: PostgresServer, onlyRead: Bool) async throws {
            try await connect(server.url) { pool in
                try await pool.withConnection {
                    try $0.script("ALTER SYSTEM SET default_transaction_read_only = \(onlyRead)")
                }
                _ = try await pool.query("SELECT pg_reload_conf()")
            }
            try await eventually(within: .seconds(10), "it has read its configuration") {
                try await connect(server.url) {
                    try await $0.query("SELECT current_setting('default_transaction_read_only')::boolean")[0][0] as Bool
                        == onlyRead
                }
            }
        }
        let hosts = servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        for server in servers {
            try await connect(server.url) { pool in
                try await pool.withConnection { try $0.script("CREATE TABLE written (port int)") }
            }
        }
        try await limit(servers[1], onlyRead: true)
        try await connect("postgres://cartwright@\(hosts)/postgres?target_session_attrs=read-write") { pool in
            let write: SQL = "INSERT INTO written SELECT current_setting('port')::int RETURNING port"
            #expect(try await pool.query(write)[0][0] as Int == servers[0].port)
            try await limit(servers[1], onlyRead: false)
            try await limit(servers[0], onlyRead: true)
            let seen = Tally()
            try await eventually(within: .seconds(20), "the other one is written to") {
                do {
                    return try await pool.query(write)[0][0] as Int == servers[1].port
                } catch let error as PostgresError {
                    #expect(error.isTransient, "\(error)")
                    seen.increment()
                    return false
                }
            }
            #expect(seen.value > 0, "the first server has refused a write")
        }
    }

    @Test("a password of any characters, percent-encoded")
    func passwords() async throws {
        let admin = try TestEnvironment.databaseURL
        let specials = String(decoding: (0x20...0x7E).map { UInt8($0) }, as: UTF8.self)
        for password in [specials, "pa ss", "a@b:c/d?e#f%g&h=i", "'\"\\`$", "ünïcödé✓", "%41"] {
            let role = "cw_role_\(UUID().uuidString.lowercased().prefix(8))"
            let literal = "E'\(password.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
            try await connect(admin) { pool in
                try await pool.withConnection { try $0.script("CREATE ROLE \(role) LOGIN PASSWORD \(literal)") }
            }
            var parts = try #require(URLComponents(string: admin))
            parts.user = role
            parts.percentEncodedPassword = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            let url = try #require(parts.string)
            let user: String = try await connect(url) { try await $0.query("SELECT current_user::text")[0][0] }
            #expect(user == role)
            parts.percentEncodedPassword = "wrong"
            let wrong = try #require(parts.string)
            let error = try await postgresError { try await connect(wrong) { try await $0.query("SELECT 1").count } }
            #expect(error?.sqlState == .invalidPassword)
            #expect(error?.isTransient == false)
            try await connect(admin) { pool in try await pool.withConnection { try $0.script("DROP ROLE \(role)") } }
        }
    }

    @Test(
        "what libpq and poolers say is told as what it is",
        arguments: [
            (
                "connection to server at \"x\", port 1 failed: FATAL:  08P01: unsupported startup parameter: options",
                "pooler refuses",
                false
            ),
            ("FATAL:  08P01: no such database: shop", "pooler knows no such database", false),
            ("FATAL:  08P01: no such user: shop", "pooler knows no such user", false),
            ("FATAL:  08P01: no more connections allowed (max_client_conn)", "no connection left", true),
            (
                "FATAL:  08P01: server login has been failing, try again later (server_login_retry)", "cannot log in",
                true
            ),
            ("FATAL:  53300: sorry, too many clients already", "no connection left", true),
            ("FATAL:  57P03: the database system is starting up", "starting or stopping", true),
            ("FATAL:  3D000: database \"x\" does not exist", "no such database", false),
            (
                "FATAL:  28000: no pg_hba.conf entry for host \"1.2.3.4\", user \"u\", database \"d\", no encryption",
                "sslmode=require",
                false
            ),
            ("FATAL:  28P01: password authentication failed for user \"u\"", "wrong user or password", false),
            ("could not translate host name \"db\" to address: Name or service not known", "cannot be resolved", true),
            ("SSL error: tlsv1 alert unknown ca", "client's certificate", false),
        ])
    func causes(text: String, cause: String, isTransient: Bool) {
        let state = text.firstRange(of: ":  ").map { SQLState(rawValue: String(text[$0.upperBound...].prefix(5))) }
        let failure = ConnectFailure(text, state: state, timedOut: false)
        #expect(failure.reason.contains(cause), "\(failure.reason)")
        #expect(failure.isForGood == !isTransient)
    }
}
