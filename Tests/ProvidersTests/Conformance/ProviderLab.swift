import Domain
import Foundation
import OutboundHTTP
import Providers
import Stripe
import TestSupport
import Testing

/// The providers that the conformance suite runs over. A new one has a line here and a laboratory of its own.
enum ProviderUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Stripe, played by the sandbox.
    case stripe
    /// A second one, which these tests bring along.
    case abacus

    var testDescription: String { rawValue }

    func open(_ body: @escaping @Sendable (ProviderLab) async throws -> Void) async throws {
        try await withClient { client in
            switch self {
            case .stripe: try await StripeLab.open(client, body)
            case .abacus: try await AbacusLab.open(client, body)
            }
        }
    }
}

/// A provider as the shop calls it, with what a test does at its side.
struct ProviderLab: Sendable {
    /// What the provider calls the ways to pay that the suite needs.
    struct Methods: Sendable {
        let good: String
        let declined: String
        /// Asks the customer's bank first.
        let asksBank: String
    }

    let payments: any PaymentProvider
    let module: any PaymentProviderModule
    /// What signs its webhooks.
    let secret: String
    let methods: Methods
    /// The customer's bank says yes.
    let pass: @Sendable (PaymentIntent.ID) async throws -> Void
    /// The next confirmation takes effect, and its answer is lost.
    let loseNextAnswer: @Sendable () async throws -> Void
    /// Amounts that moved for an intent by the provider's own books; below zero those that were refunded.
    let moved: @Sendable (PaymentIntent.ID) async throws -> [Int64]
    /// The webhooks it has sent so far.
    let webhooks: @Sendable () async throws -> [Webhook]

    /// One webhook as it arrived.
    struct Webhook: Sendable {
        let body: [UInt8]
        /// Header fields by lower-case name.
        let headers: [String: String]
    }

    /// An unconfirmed intent over 46.99 USD of a new order.
    func intent(_ capture: PaymentIntentRequest.CaptureMethod = .automatic) async throws -> PaymentIntent {
        try await payments.create(try Self.request(capture))
    }

    static func request(
        _ capture: PaymentIntentRequest.CaptureMethod = .automatic, order: Order.ID = Order.ID()
    ) throws -> PaymentIntentRequest {
        let payment = Payment.ID()
        return PaymentIntentRequest(
            orderID: order, orderNumber: 1001, amount: Money(46_99, .usd), captureMethod: capture,
            key: try #require(.creation(ofPayment: payment)), metadata: ["payment_id": "\(payment)", "shop": "lab"])
    }

    /// A key that was never used.
    static func key() throws -> IdempotencyKey { try #require(IdempotencyKey(rawValue: "k:\(UUID())")) }

    /// An intent that was paid with the good method.
    func paid(_ capture: PaymentIntentRequest.CaptureMethod = .automatic) async throws -> PaymentIntent {
        try await payments.confirm(try await intent(capture).id, method: methods.good, key: try Self.key())
    }
}

/// Stripe's side is the sandbox, a process of its own.
enum StripeLab {
    static func open(
        _ client: OutboundHTTPClient, _ body: @escaping @Sendable (ProviderLab) async throws -> Void
    ) async throws {
        let log = ScriptLog<ScriptedRequest>()
        let receiver = try ScriptedServer { peer in
            while true {
                log.note(try peer.readRequest())
                try peer.answer(200)
            }
        }
        defer { receiver.stop() }
        let secret = "whsec_conformance"
        let process = Process()
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "Sandbox")
        process.environment = [
            "SANDBOX_PORT": "0", "SANDBOX_SMTP_PORT": "0", "SANDBOX_WEBHOOK_URL": receiver.url,
            "SANDBOX_WEBHOOK_SECRET": secret,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        // Its first line says where it listens.
        var line = ""
        while !line.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            line += String(decoding: bytes, as: UTF8.self)
        }
        let base = String(try #require(line.firstMatch(of: #/http://127\.0\.0\.1:\d+/#)).0)
        let module = StripeModule()
        let payments = try module.provider(
            PaymentProviderAccess(client: client, apiKey: "sk_test_conformance", baseURL: base, logger: quiet))
        @Sendable func tell(_ method: String, _ path: String, _ body: String, form: Bool = false) async throws {
            let type = form ? "application/x-www-form-urlencoded" : "application/json"
            let answer = try await client.send(
                OutboundRequest(
                    method: method, url: base + path, headers: ["Content-Type": type], body: Array(body.utf8)))
            guard (200...299).contains(answer.status) else { throw Unexpected() }
        }
        try await body(
            ProviderLab(
                payments: payments, module: module, secret: secret,
                methods: .init(
                    good: "pm_card_visa", declined: "pm_card_chargeDeclined", asksBank: "pm_card_authenticationRequired"
                ),
                pass: { try await tell("POST", "/_sandbox/authenticate/\($0)", "result=success", form: true) },
                loseNextAnswer: {
                    try await tell(
                        "PUT", "/_sandbox/faults",
                        #"{"faults": [{"kind": "truncated_body", "endpoint": "confirm", "count": 1}]}"#)
                },
                moved: { id in
                    struct Movement: Decodable {
                        let kind: String
                        let amount: Int64
                    }
                    let answer = try await client.send(OutboundRequest(url: base + "/_sandbox/ledger?intent=\(id)"))
                    return try JSONDecoder().decode([Movement].self, from: Data(answer.body))
                        .map { $0.kind == "refund" ? -$0.amount : $0.amount }
                },
                webhooks: { log.entries.map { .init(body: Array($0.body.utf8), headers: $0.headers) } }))
    }
}

/// Abacus runs in the test's own process.
enum AbacusLab {
    static func open(
        _ client: OutboundHTTPClient, _ body: @escaping @Sendable (ProviderLab) async throws -> Void
    ) async throws {
        let server = try AbacusServer()
        defer { server.stop() }
        let module = AbacusModule()
        let payments = try module.provider(
            PaymentProviderAccess(client: client, apiKey: "aba-play-1", baseURL: server.url, logger: quiet))
        try await body(
            ProviderLab(
                payments: payments, module: module, secret: AbacusServer.secret,
                methods: .init(good: "gold", declined: "sand", asksBank: "letter"),
                pass: { server.pass($0) }, loseNextAnswer: { server.loseNextPayment() }, moved: { server.moved($0) },
                webhooks: { server.hooks.map { .init(body: $0.body, headers: ["abacus-seal": $0.seal]) } }))
    }
}
