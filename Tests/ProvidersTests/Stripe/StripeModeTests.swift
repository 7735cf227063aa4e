import Domain
import Stripe
import TestSupport
import Testing

@Suite("Play money and real money are not mixed", .timeLimit(.minutes(1)))
struct StripeModeTests {
    private func intent(_ livemode: String) -> String {
        #"{"id": "pi_1", "status": "succeeded", "amount": 1999, "currency": "usd", \#(livemode) "metadata": {}}"#
    }

    @Test(
        "an answer about money of the other mode is no answer",
        arguments: [#""livemode": true,"#, #""livemode": false,"#, ""])
    func mismatch(livemode: String) async throws {
        let server = try server(200, intent(livemode))
        try await withClient { client in
            let payments = try StripePayments(
                client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url, logger: quiet)
            if livemode.contains("true") {
                let failure = try await failure(PaymentFailure.self) {
                    try await payments.retrieve(.init(rawValue: "pi_1"))
                }
                guard case .configuration = failure else { throw Unexpected() }
            } else {
                #expect(try await payments.retrieve(.init(rawValue: "pi_1")).status == .succeeded)
            }
        }
    }
}
