import Foundation
import Postgres
import TestSupport
import Testing

@Suite("What is out of order is seen, waited for and repaired", .serialized)
struct OutageTests {
    @Test func aStoppedProviderDelaysOrdersAndLosesNone() async throws {
        try await Shop.open { shop in
            var sandbox = try await shop.startSandbox()
            let api = try await shop.startAPI()
            let worker = try await shop.startWorker()
            let product = try await shop.products()[0]
            sandbox.terminate()
            try await sandbox.waitForExit()
            let answer = try await shop.order(product, wait: 1)
            #expect(answer.status == 202)
            let id = try #require(answer.body?.id)

            // The operator sees why, and that the delays grow.
            let delays = try await eventually(within: .seconds(60), "four attempts have failed") {
                let rows = try await shop.database.pool.query(
                    "SELECT jsonb_path_query_array(errors, '$[*].at')::text AS times FROM jobs WHERE jsonb_array_length(errors) >= 4")
                guard let row = rows.first else { return [Double]?.none }
                let times = try JSONDecoder().decode([String].self, from: Data((try row["times"] as String).utf8))
                let dates = try times.map { try Date($0, strategy: .iso8601).timeIntervalSince1970 }
                return zip(dates.dropFirst(), dates).map { $0 - $1 }
            }
            // 0.5–1 s after the first failure, 2–4 s after the third.
            #expect(delays[2] > delays[0], "\(delays)")
            let shown = try await shop.cartwright("jobs")
            #expect(shown.contains("checkout.order"))
            #expect(shown.contains("not reached"))

            sandbox = try await shop.startSandbox()
            try await eventually(within: .seconds(60), "the order is confirmed") { try await shop.orderStatus(id) == "confirmed" }
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, api, worker)) {}
        }
    }

    @Test func aJobThatCannotSucceedLiesInTheDeadLettersUntilAnOperatorBringsItBack() async throws {
        try await Shop.open { shop in
            let processes = try await shop.startAll()
            let product = try await shop.products()[0]
            // The provider refuses a request as malformed: no retry could help, only a person.
            try await shop.misbehave(#"{"faults": [{"kind": "400", "endpoint": "create"}]}"#)
            let answer = try await shop.order(product, wait: 1)
            let id = try #require(answer.body?.id)
            let job: String = try await eventually(within: .seconds(30), "the job is dead") {
                try await shop.database.pool.query("SELECT id::text AS id FROM jobs WHERE state = 'dead' AND name = 'checkout.order'").first
                    .map { try $0["id"] }
            }
            #expect(try await shop.cartwright("jobs", "list", "--state", "dead").contains(job))
            // Brought back while the cause lasts, it dies again; once the cause is mended, it succeeds.
            try await shop.cartwright("jobs", "retry", job)
            try await eventually(within: .seconds(30), "the job is dead again") {
                let row = try await shop.database.pool.query(
                    "SELECT state = 'dead' AND jsonb_array_length(errors) = 2 AS dead FROM jobs WHERE id = \(job)::uuid")[0]
                return try row["dead"]
            }
            try await shop.behave()
            try await shop.cartwright("jobs", "retry", job)
            try await eventually(within: .seconds(30), "the order is confirmed") { try await shop.orderStatus(id) == "confirmed" }
            #expect(try await shop.cartwright("jobs", "show", job).contains("done"))
            try await shop.cartwright("jobs", "retry", job, expecting: 1)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime(processes) {}
        }
    }
}
