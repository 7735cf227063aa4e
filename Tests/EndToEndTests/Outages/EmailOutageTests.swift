import Foundation
import Postgres
import TestSupport
import Testing

@Suite("An email server that is away delays emails and nothing else")
struct EmailOutageTests {
    @Test("orders go on and emails wait")
    func ordersGoOnAndEmailsWait() async throws {
        try await Shop.open { shop in
            let sandbox = try await shop.startSandbox()
            let api = try await shop.startAPI()
            let metrics = try Metrics(shop)
            let worker = try await shop.startWorker(settings: metrics.settings)
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"faults": [{"kind": "reject_4xx"}]}"#)
            for _ in 0..<8 { #expect(try await shop.order(product).status == 201) }
            try await eventually(within: .seconds(20), "the email server is left alone") {
                try await metrics.sum("provider_circuit_open", #"provider="email""#) == 1
            }
            #expect(try await metrics.sum("provider_circuit_open", #"provider="payments""#) == 0)
            // Nobody waits for it.
            #expect(try await shop.order(product).status == 201)
            try await shop.behave()
            try await shop.waitUntilSettled(within: .seconds(60))
            let attempts: Int = try await shop.database.pool.query(
                "SELECT max(attempts)::integer AS n FROM jobs WHERE name = 'email.send'")[0]["n"]
            #expect(attempts <= 6)
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, api, worker)) {}
        }
    }
}
