import Foundation
import Postgres
import TestSupport
import Testing

@Suite("What is out of order is seen, waited for and repaired", .serialized)
struct OutageTests {
    @Test("a stopped provider delays orders and loses none")
    func stoppedProvider()
        async throws
    {
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
                    """
                    SELECT jsonb_path_query_array(errors, '$[*].at')::text AS times FROM jobs
                     WHERE jsonb_array_length(errors) >= 4
                    """
                )
                guard let row = rows.first else { return [Double]?.none }
                let times = try JSONDecoder().decode([String].self, from: Data((try row["times"] as String).utf8))
                let dates = try times.map { try Date($0, strategy: .iso8601).timeIntervalSince1970 }
                return zip(dates.dropFirst(), dates).map { $0 - $1 }
            }
            // 0.5–1 s after the first failure, 2–4 s after the third.
            #expect(delays[2] > delays[0], "\(delays)")
            let shown = try await shop.cartwright("jobs")
            #expect(shown.contains("order.checkout"))
            #expect(shown.contains("not reached"))

            sandbox = try await shop.startSandbox()
            try await eventually(within: .seconds(60), "the order is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, api, worker)) {}
        }
    }

    @Test("a dead job leaves time for an operator to bring it back")
    func deadJobBroughtBack() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"faults": [{"kind": "409", "endpoint": "create"}]}"#)
            let answer = try await shop.order(product, wait: 1)
            let id = try #require(answer.body?.id)
            // As if all its attempts were used up.
            let job: String = try await eventually(within: .seconds(30), "the job is dead") {
                try await shop.database.pool.query(
                    """
                    UPDATE jobs SET state = 'dead', reason = 'attempts_exhausted', finished_at = now()
                     WHERE name = 'order.checkout' AND state = 'ready' AND jsonb_array_length(errors) > 0
                    RETURNING id::text AS id
                    """
                ).first.map { try $0["id"] }
            }
            #expect(try await shop.cartwright("jobs", "list", "--state", "dead").contains(job))
            #expect(try await shop.show(answer).body?.waiting?.reason == "stopped")
            let doctor = try await shop.cartwright("doctor")
            #expect(doctor.contains("orders.stopped") && doctor.contains("jobs retry \(job)"))
            #expect(try await shop.stock(of: product).reserved == 1)
            try await shop.behave()
            try await shop.cartwright("jobs", "retry", job)
            try await eventually(within: .seconds(30), "the order is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            #expect(try await shop.cartwright("jobs", "show", job).contains("done"))
            try await shop.cartwright("jobs", "retry", job, expecting: 1)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a permanent refusal by the provider ends the order")
    func permanentRefusal()
        async throws
    {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            for endpoint in ["create", "confirm"] {
                try await shop.misbehave(#"{"faults": [{"kind": "400", "endpoint": "\#(endpoint)"}]}"#)
                let answer = try await shop.order(product)
                #expect(answer.status == 422 && answer.text.contains("payment_refused"), "\(answer.text)")
                #expect(try await shop.orderStatus(try #require(answer.orderID)) == "rejected")
                #expect(try await shop.stock(of: product) == (product.onHand, 0))
                try await shop.behave()
            }
            let unknown = try await shop.order(product, method: "pm_nope")
            #expect(unknown.status == 422 && unknown.text.contains("not_found"), "\(unknown.text)")
            let declined = try await shop.order(product, method: "pm_card_visa_chargeDeclined")
            #expect(declined.status == 402)
            #expect(try await shop.pay(declined, method: "pm_nope").status == 422)
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            #expect(try await shop.movements().isEmpty)
            let intents = try await shop.database.pool.query("SELECT 1 FROM payments WHERE status <> 'canceled'")
            #expect(intents.isEmpty)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            #expect(try await !shop.cartwright("doctor").contains("FAIL"))
        }
    }
}
