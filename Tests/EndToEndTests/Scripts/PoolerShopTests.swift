import Foundation
import TestSupport
import Testing

@Suite("A shop behind PgBouncer sells as one without", .serialized)
struct PoolerShopTests {
    @Test(
        "migrating, seeding, orders, email and the doctor, through PgBouncer in transaction mode",
        .timeLimit(.minutes(3)),
        arguments: [[], ["ignore_startup_parameters = options"]])
    func sells(settings: [String]) async throws {
        let bouncer = try await PgBouncer.start(before: try TestEnvironment.databaseURL, size: 10, settings: settings)
        try await Shop.open(webhooks: true, through: { ["DATABASE_URL": try bouncer.url(for: $0)] }) { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let products = try await shop.products()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        let answer = try await shop.order(products[index % products.count], wait: 20)
                        #expect(answer.status == 201, "\(answer.text)")
                    }
                }
                try await group.waitForAll()
            }
            // A pooler that goes away is a server that goes away.
            try await bouncer.restart()
            try await eventually(within: .seconds(30), "orders are taken again") {
                try await shop.order(products[0], wait: 20).status == 201
            }
            try await shop.waitUntilSettled(within: .seconds(30))
            try await shop.checkEverythingAddsUp()
            let doctor = try await shop.cartwright("doctor")
            #expect(doctor.contains("PgBouncer"), "\(doctor)")
            #expect(!doctor.contains("FAIL"), "\(doctor)")
            for process in [worker, api, sandbox] {
                #expect(!process.log.contains("42P05") && !process.log.contains("26000"), "\(process.log)")
                process.terminate()
                #expect(try await process.waitForExit(within: .seconds(40)) == .code(0))
            }
        }
    }

    @Test(
        "a URL that asks for no pooler is told of the one that it meets", .timeLimit(.minutes(1)),
        arguments: ["API", "Worker"])
    func told(program: String) async throws {
        let bouncer = try await PgBouncer.start(before: try TestEnvironment.databaseURL)
        try await Shop.open { shop in
            let url = try bouncer.url(for: shop.database.url)
            let process = try ManagedProcess.start(
                try Shop.program(program),
                environment: shop.environment.merging(["DATABASE_URL": url, "DATABASE_POOLER": "none"]) { $1 })
            #expect(try await process.waitForExit(within: .seconds(20)) == .code(78), "\(process.log)")
            #expect(process.log.contains("DATABASE_POOLER=transaction"), "\(process.log)")
            #expect(!process.log.contains("is its address"), "\(process.log)")
        }
    }
}
