import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("A network that breaks leaves no doubt unsaid and nobody waiting for ever", .database())
struct BrokenNetworkTests {
    private let database: TestDatabase
    private let proxy: TCPProxy

    init() throws {
        database = try TestDatabase.current
        let port = try #require(URLComponents(string: database.url)).port ?? 5432
        proxy = try TCPProxy(to: port)
        passBytesOnly()
    }

    /// The proxy looks for Redis commands in what the client sends, unless it has bytes to count there; ours are not
    /// for it to parse.
    private func passBytesOnly() {
        proxy.cut(afterBytes: .max, .fromClient)
    }

    /// A pool of one connection that goes through the proxy.
    private func makePool(_ configure: (inout PostgresConfiguration) -> Void = { _ in }) throws -> PostgresPool {
        var components = try #require(URLComponents(string: database.url))
        components.host = "127.0.0.1"
        components.port = proxy.port
        var configuration = try PostgresConfiguration(url: try #require(components.string))
        configuration.poolSize = 1
        configuration.acquireTimeout = .seconds(20)
        configure(&configuration)
        return PostgresPool(configuration, logger: database.logger)
    }

    private func count(_ table: String) async throws -> Int {
        try await database.pool.query("SELECT count(*) FROM \(identifier: table)")[0][0]
    }

    @Test("a lost answer to COMMIT leaves the change in place and an unknown outcome, and the body does not run again")
    func lostCommit() async throws {
        try await database.pool.execute("CREATE TABLE lost_commit (a int)")
        let pool = try makePool()
        let (proxy, runs) = (proxy, Tally())
        let error = try await postgresError {
            try await pool.transaction { tx in
                runs.increment()
                try tx.execute("INSERT INTO lost_commit VALUES (1)")
                proxy.cut(afterBytes: 1, .fromServer)
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.outcomeUnknown == true)
        #expect(runs.value == 1)
        try await eventually(within: .seconds(10), "the commit took place") { try await count("lost_commit") == 1 }
        passBytesOnly()
        #expect(try await pool.query("SELECT 1").count == 1)
        await pool.close()
    }

    @Test("cut before COMMIT: nothing happened, and that is certain")
    func cutBeforeCommit() async throws {
        try await database.pool.execute("CREATE TABLE cut_early (a int)")
        let pool = try makePool()
        let proxy = proxy
        let error = try await postgresError {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO cut_early VALUES (1)")
                proxy.cut()
                try tx.execute("INSERT INTO cut_early VALUES (2)")
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.outcomeUnknown == false)
        #expect(try await count("cut_early") == 0)
        await pool.close()
    }

    @Test("a server that falls silent is given up after the statement's time and a grace")
    func halfOpen() async throws {
        let pool = try makePool {
            $0.statementTimeout = .milliseconds(800)
            $0.silenceGrace = .milliseconds(400)
        }
        _ = try await pool.query("SELECT 1")
        proxy.pause()
        let start = ContinuousClock.now
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error?.code == .connectionLost)
        #expect(ContinuousClock.now - start >= .milliseconds(1190))
        proxy.resume()
        try await eventually(within: .seconds(10), "the pool works again") {
            (try? await pool.query("SELECT 1").count) == 1
        }
        await pool.close()
    }

    @Test("a server that accepts and never answers fails the attempt to connect in time")
    func silentConnect() async throws {
        proxy.pause()
        let pool = try makePool {
            $0.connectTimeout = .milliseconds(300)
            $0.acquireTimeout = .seconds(1)
        }
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error?.code == .connectFailed)
        proxy.resume()
        try await eventually(within: .seconds(10), "the pool works again") {
            (try? await pool.query("SELECT 1").count) == 1
        }
        await pool.close()
    }
}
