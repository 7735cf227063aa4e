import Foundation
import OutboundHTTP
import Redis
import TestSupport
import Testing

@Suite("A process that starts before its servers waits for them", .serialized)
struct StartTests {
    private func status(_ shop: Shop, _ path: String) async -> Int? {
        (try? await shop.http.send(OutboundRequest(url: shop.api + path, timeout: .seconds(5))))?.status
    }

    private func start(_ program: String, _ shop: Shop, _ settings: [String: String] = [:]) throws -> ManagedProcess {
        let metrics = ["METRICS_PORT": "\(try FreePort.next())"]
        return try ManagedProcess.start(
            try Shop.program(program), environment: shop.environment.merging(metrics) { $1 }.merging(settings) { $1 })
    }

    private func waitUntil(_ process: ManagedProcess, waitsFor server: String) async throws {
        try await eventually(within: .seconds(20), "it says what it waits for; \(process.log)") {
            guard process.isRunning else { throw Shop.Failed(what: process.log) }
            return process.log.contains("waiting for \(server)")
        }
    }

    @Test(
        "Redis comes late: API and worker begin by themselves within five seconds, and an order goes through",
        .timeLimit(.minutes(2)))
    func redisComesLate() async throws {
        try await Shop.open { shop in
            let sandbox = try await shop.startSandbox()
            try await shop.redisServer.stop()
            let (api, worker) = (try start("API", shop), try start("Worker", shop))
            try await waitUntil(api, waitsFor: "Redis")
            try await waitUntil(worker, waitsFor: "Redis")
            #expect(await status(shop, "/healthz") == 200)
            #expect(await status(shop, "/readyz") == 503)
            #expect(await status(shop, "/api/v1/products") == 503)

            try await shop.redisServer.restart()
            try await eventually(within: .seconds(5), "the API is ready") { await status(shop, "/readyz") == 200 }
            let product = try await shop.products()[0]
            let answer = try await shop.order(product, wait: 20)
            let id = try #require(answer.body?.id)
            try await eventually(within: .seconds(30), "the order is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            withExtendedLifetime((sandbox, api, worker)) {}
        }
    }

    @Test("PostgreSQL comes late", .timeLimit(.minutes(2)), arguments: ["API", "Worker"])
    func databaseComesLate(program: String) async throws {
        try await Shop.open { shop in
            var url = try #require(URLComponents(string: shop.database.url))
            let proxy = try TCPProxy(to: try #require(url.port))
            proxy.refuse()
            (url.host, url.port) = ("127.0.0.1", proxy.port)
            let process = try start(program, shop, ["DATABASE_URL": try #require(url.string)])
            try await waitUntil(process, waitsFor: "PostgreSQL")
            proxy.accept()
            try await eventually(within: .seconds(5), "it has begun; \(process.log)") {
                process.log.contains("PostgreSQL answers")
            }
            process.terminate()
            #expect(try await process.waitForExit(within: .seconds(30)) == .code(0))
        }
    }

    @Test(
        "a process that waits ends at once when it is told to", .timeLimit(.minutes(2)), arguments: ["API", "Worker"])
    func endsWhileWaiting(program: String) async throws {
        try await Shop.open { shop in
            let process = try start(
                program, shop, ["REDIS_URL": "redis://127.0.0.1:1", "DATABASE_URL": "postgres://127.0.0.1:1/none"])
            try await waitUntil(process, waitsFor: "Redis")
            try await waitUntil(process, waitsFor: "PostgreSQL")
            process.terminate()
            #expect(try await process.waitForExit(within: .seconds(10)) == .code(0))
        }
    }

    @Test("a server that refuses is not waited for", .timeLimit(.minutes(2)), arguments: ["API", "Worker"])
    func refused(program: String) async throws {
        try await Shop.open { shop in
            let guarded = try await RedisServer.start(["requirepass correct-horse"])
            var elsewhere = try #require(URLComponents(string: shop.database.url))
            elsewhere.path = "/no_such_database"
            for (name, value) in [("REDIS_URL", guarded.url), ("DATABASE_URL", try #require(elsewhere.string))] {
                let process = try start(program, shop, [name: value])
                #expect(try await process.waitForExit(within: .seconds(20)) == .code(78), "\(process.log)")
                #expect(process.log.contains("\(name): "), "\(process.log)")
            }
        }
    }

    @Test(
        "a Redis that is replaced by one that drops jobs is reported by API and worker, which go on",
        .timeLimit(.minutes(2)))
    func replaced() async throws {
        try await Shop.open { shop in
            let processes = try await shop.startAll()
            let path = "\(shop.redisServer.directory)/redis.conf"
            let good = try String(contentsOfFile: path, encoding: .utf8)
            try (good + "\nmaxmemory-policy allkeys-lru\n").write(toFile: path, atomically: true, encoding: .utf8)
            try await shop.redisServer.restart()
            for process in [processes.api, processes.worker] {
                try await eventually(within: .seconds(20), "it is reported; \(process.log)") {
                    process.log.split(separator: "\n").contains {
                        $0.contains("maxmemory-policy is 'allkeys-lru'") && $0.contains("\"error\"")
                    }
                }
            }
            let ready = try await shop.http.send(OutboundRequest(url: shop.api + "/readyz", timeout: .seconds(5)))
            #expect(ready.status == 200)
            #expect(String(decoding: ready.body, as: UTF8.self).contains("\"redis\":\"unsafe\""))
            let answer = try await shop.order(try await shop.products()[0], wait: 20)
            let id = try #require(answer.body?.id)
            try await eventually(within: .seconds(30), "the order is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
        }
    }
}
