import Foundation
import TestSupport
import Testing

@Suite("Wrong settings stop a process at once, with what to change", .serialized)
struct SettingsTests {
    private func start(_ program: String, _ environment: [String: String]) async throws -> (
        exit: ManagedProcess.Exit, log: String
    ) {
        let process = try ManagedProcess.start(try Shop.program(program), environment: environment)
        return (try await process.waitForExit(within: .seconds(20)), process.log)
    }

    @Test("bad values are named with what is expected", arguments: ["API", "Worker"])
    func badValues(program: String) async throws {
        try await Shop.open { shop in
            for (name, value) in [
                ("DATABASE_URL", "mysql://nowhere"), ("DATABASE_URL", ""), ("REDIS_URL", "http://x"),
                ("SHUTDOWN_GRACE_SECONDS", "soon"),
            ] {
                let (exit, log) = try await start(program, shop.environment.merging([name: value]) { $1 })
                #expect(exit == .code(78), "\(program) with \(name)=\(value): \(log)")
                #expect(log.contains(name), "\(log)")
            }
        }
    }

    @Test("a missing key is named")
    func aMissingKey() async throws {
        try await Shop.open { shop in
            let api = try await start("API", shop.environment.merging(["AUTH_SIGNING_KEYS": ""]) { $1 })
            #expect(api.exit == .code(78))
            #expect(api.log.contains("AUTH_SIGNING_KEYS"))
            let weak = try await start("API", shop.environment.merging(["AUTH_SIGNING_KEYS": "k1:c2hvcnQ="]) { $1 })
            #expect(weak.exit == .code(78))
            #expect(!weak.log.contains("c2hvcnQ="), "a secret is never echoed")
            let worker = try await start("Worker", shop.environment.merging(["PAYMENTS_API_KEY": ""]) { $1 })
            #expect(worker.exit == .code(78))
            #expect(worker.log.contains("PAYMENTS_API_KEY"))
        }
    }

    @Test("an unmigrated database is named with the command to run", arguments: ["API", "Worker"])
    func anUnmigratedDatabase(program: String) async throws {
        try await Shop.open { shop in
            try await TestDatabase.with { empty in
                let (exit, log) = try await start(program, shop.environment.merging(["DATABASE_URL": empty.url]) { $1 })
                #expect(exit != .code(0))
                #expect(log.contains("cartwright migrate"), "\(log)")
            }
        }
    }

    @Test("an old or evicting Redis is named")
    func anOldOrEvictingRedis() async throws {
        try await Shop.open { shop in
            let evicting = try await RedisServer.start(["maxmemory 64mb", "maxmemory-policy allkeys-lru"])
            let refused = try await start("Worker", shop.environment.merging(["REDIS_URL": evicting.url]) { $1 })
            #expect(refused.exit != .code(0))
            #expect(refused.log.contains("noeviction"), "\(refused.log)")

            let old = try await OldRedis(version: "5.0.14")
            let tooOld = try await start(
                "Worker", shop.environment.merging(["REDIS_URL": "redis://127.0.0.1:\(old.port)"]) { $1 })
            #expect(tooOld.exit != .code(0))
            #expect(tooOld.log.contains("6.2"), "\(tooOld.log)")
            #expect(tooOld.log.contains("5.0.14"), "\(tooOld.log)")
        }
    }
}
