import Domain
import Foundation
import Providers
import TestSupport
import Testing

@Suite("A payment provider keeps what the shop relies on", .timeLimit(.minutes(2)))
struct ProviderConformanceTests {
    @Test("creating moves nothing, authorizing holds the money", arguments: ProviderUnderTest.allCases)
    func authorizes(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let order = Order.ID()
            let created = try await lab.payments.create(try ProviderLab.request(.manual, order: order))
            #expect(!created.status.isPaid && !created.status.isFinal && created.orderID == order)
            #expect(created.amount == Money(46_99, .usd) && created.shop == "lab" && created.paymentID != nil)
            let key = try ProviderLab.key()
            let held = try await lab.payments.confirm(created.id, method: lab.methods.good, key: key)
            #expect(held.status == .requiresCapture && held.held == held.amount && held.captured.amount == 0)
            #expect(try await lab.moved(created.id) == [])
        }
    }

    @Test("what is authorized is captured once, whole or in part", arguments: ProviderUnderTest.allCases)
    func captures(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let whole = try await lab.paid(.manual)
            #expect(try await lab.payments.capture(whole.id, amount: nil, key: ProviderLab.key()).status == .succeeded)
            #expect(try await lab.moved(whole.id) == [46_99])
            let held = try await lab.paid(.manual)
            let part = try await lab.payments.capture(held.id, amount: Money(5_00, .usd), key: ProviderLab.key())
            #expect(part.status == .succeeded && part.captured == Money(5_00, .usd))
            let again = try await failure(PaymentFailure.self) {
                try await lab.payments.capture(held.id, amount: nil, key: ProviderLab.key())
            }
            #expect(again.disposition == .readBack)
            #expect(try await lab.payments.retrieve(held.id).captured == Money(5_00, .usd))
            #expect(try await lab.moved(held.id) == [5_00])
        }
    }

    @Test("a decline is definite, says why, and leaves room for another card", arguments: ProviderUnderTest.allCases)
    func declines(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let intent = try await lab.intent()
            let key = try ProviderLab.key()
            for _ in 1...2 {
                let declined = try await failure(PaymentFailure.self) {
                    try await lab.payments.confirm(intent.id, method: lab.methods.declined, key: key)
                }
                guard case .declined(let decline, _) = declined else { throw declined }
                #expect(!decline.code.isEmpty && declined.disposition == .settle)
            }
            #expect(try await lab.payments.retrieve(intent.id).status == .requiresPaymentMethod)
            #expect(try await lab.moved(intent.id) == [])
            let paid = try await lab.payments.confirm(intent.id, method: lab.methods.good, key: ProviderLab.key())
            #expect(paid.status == .succeeded)
            #expect(try await lab.moved(intent.id) == [46_99])
        }
    }

    @Test("3-D Secure waits for the customer and goes on without a further call", arguments: ProviderUnderTest.allCases)
    func asksBank(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let intent = try await lab.intent()
            let waiting = try await lab.payments.confirm(
                intent.id, method: lab.methods.asksBank, key: ProviderLab.key())
            #expect(waiting.status == .requiresAction && waiting.clientSecret?.isEmpty == false)
            #expect(try await lab.moved(intent.id) == [])
            try await lab.pass(intent.id)
            #expect(try await lab.payments.retrieve(intent.id).status == .succeeded)
            #expect(try await lab.moved(intent.id) == [46_99])
        }
    }

    @Test("a call that is repeated under its key has one effect", arguments: ProviderUnderTest.allCases)
    func repeats(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let request = try ProviderLab.request()
            let intent = try await lab.payments.create(request)
            #expect(try await lab.payments.create(request).id == intent.id)
            let key = try ProviderLab.key()
            for _ in 1...3 {
                #expect(
                    try await lab.payments.confirm(intent.id, method: lab.methods.good, key: key).status == .succeeded)
            }
            #expect(try await lab.moved(intent.id) == [46_99])
            let refund = try Self.refund(of: intent, 10_00)
            let first = try await lab.payments.refund(refund)
            #expect(try await lab.payments.refund(refund).id == first.id)
            #expect(try await lab.moved(intent.id) == [46_99, -10_00])
        }
    }

    @Test("what became of a lost answer is read in the intent", arguments: ProviderUnderTest.allCases)
    func lostAnswer(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let intent = try await lab.intent()
            try await lab.loseNextAnswer()
            let key = try ProviderLab.key()
            let lost = try await failure(PaymentFailure.self) {
                try await lab.payments.confirm(intent.id, method: lab.methods.good, key: key)
            }
            #expect(lost.code == "outcome_unknown" && lost.disposition == .readBack)
            #expect(try await lab.payments.retrieve(intent.id).status == .succeeded)
            let again = try await lab.payments.confirm(intent.id, method: lab.methods.good, key: key)
            #expect(again.status == .succeeded)
            #expect(try await lab.moved(intent.id) == [46_99])
        }
    }

    @Test("canceled is never charged, charged is never canceled", arguments: ProviderUnderTest.allCases)
    func cancels(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            for intent in [try await lab.intent(), try await lab.paid(.manual)] {
                #expect(try await lab.payments.cancel(intent.id, key: ProviderLab.key()).status == .canceled)
                let late = try await failure(PaymentFailure.self) {
                    try await lab.payments.confirm(intent.id, method: lab.methods.good, key: ProviderLab.key())
                }
                #expect(late.disposition == .readBack)
                #expect(try await lab.payments.retrieve(intent.id).status == .canceled)
                #expect(try await lab.moved(intent.id) == [])
            }
            let paid = try await lab.paid()
            let tooLate = try await failure(PaymentFailure.self) {
                try await lab.payments.cancel(paid.id, key: ProviderLab.key())
            }
            #expect(tooLate.disposition == .readBack)
            #expect(try await lab.payments.retrieve(paid.id).status == .succeeded)
        }
    }

    @Test("refunds are found again by our id, and never exceed the payment", arguments: ProviderUnderTest.allCases)
    func refunds(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let intent = try await lab.paid()
            let request = try Self.refund(of: intent, 30_00)
            let refund = try await lab.payments.refund(request)
            #expect(refund.status == .succeeded && refund.amount == Money(30_00, .usd))
            #expect(refund.refundID == request.refundID && refund.intentID == intent.id && refund.shop == "lab")
            #expect(try await lab.payments.refund(refund.id).refundID == request.refundID)
            #expect(try await lab.payments.refunds(of: intent.id).map(\.id) == [refund.id])
            let tooMuch = try await failure(PaymentFailure.self) {
                try await lab.payments.refund(try Self.refund(of: intent, 20_00))
            }
            // A code of its own is not what every provider has for it.
            guard case .invalidRequest(let reason, _) = tooMuch else { throw tooMuch }
            #expect(!reason.isEmpty)
            #expect(try await lab.moved(intent.id) == [46_99, -30_00])
        }
    }

    @Test("a webhook is believed by its signature, and says what happened", arguments: ProviderUnderTest.allCases)
    func webhooks(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let order = Order.ID()
            let intent = try await lab.payments.create(try ProviderLab.request(order: order))
            _ = try await lab.payments.confirm(intent.id, method: lab.methods.good, key: ProviderLab.key())
            let reader = lab.module.webhookReader(secrets: ["another-secret", lab.secret])
            func notification(_ webhook: ProviderLab.Webhook) -> PaymentNotification? {
                if case .notification(let event) = reader.content(of: webhook.body) { event } else { nil }
            }
            let webhook = try await eventually("the provider tells of the payment") {
                try await lab.webhooks().first {
                    notification($0).flatMap { reader.kind(ofType: $0.type) } == .intentSucceeded
                }
            }
            let now = Int64(Date().timeIntervalSince1970)
            func fault(
                _ reader: any PaymentWebhookReader, _ body: [UInt8], at time: Int64, unsigned: Bool = false
            ) -> SignatureFault? {
                do {
                    try reader.verify(
                        body, header: { name in unsigned ? [] : webhook.headers[name.lowercased()].map { [$0] } ?? [] },
                        at: time)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(fault(reader, webhook.body, at: now) == nil)
            #expect(fault(reader, webhook.body + [0x20], at: now) == .wrong)
            #expect(fault(reader, webhook.body, at: now + 3600) == .stale)
            #expect(fault(reader, webhook.body, at: now, unsigned: true) == .missing)
            #expect(fault(lab.module.webhookReader(secrets: ["another-secret"]), webhook.body, at: now) == .wrong)
            let worker = lab.module.webhookReader(secrets: [])
            #expect(fault(worker, webhook.body, at: now) == .wrong)

            let event = try #require(notification(webhook))
            #expect(!event.isLive && event.objectID == intent.id.rawValue && !event.id.isEmpty)
            // As it is stored and found by the job.
            guard case .settled(let told)? = worker.event(ofType: event.type, in: event.payload) else {
                throw Unexpected()
            }
            #expect(told.id == intent.id && told.status == .succeeded && told.orderID == order && told.shop == "lab")
            #expect(worker.event(ofType: "something.else", in: event.payload) == nil)
            #expect(reader.content(of: Array("nonsense".utf8)) == .unreadable)
        }
    }

    @Test(
        "what the provider does not know is not found, and a method it does not know is named as such",
        arguments: ProviderUnderTest.allCases)
    func unknown(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let unknown = PaymentIntent.ID(rawValue: "pi_nobody")
            let calls: [@Sendable () async throws -> PaymentIntent] = [
                { try await lab.payments.retrieve(unknown) },
                { try await lab.payments.confirm(unknown, method: lab.methods.good, key: ProviderLab.key()) },
                { try await lab.payments.cancel(unknown, key: ProviderLab.key()) },
            ]
            for call in calls { #expect(try await failure(PaymentFailure.self, call) == .notFound) }
            let intent = try await lab.intent()
            let unusable = try await failure(PaymentFailure.self) {
                try await lab.payments.confirm(intent.id, method: "pm_nobody", key: ProviderLab.key())
            }
            #expect(unusable.refusal == .unusableMethod)
            #expect(try await lab.moved(intent.id) == [])
        }
    }

    @Test("lists hold everything since a time, page by page", arguments: ProviderUnderTest.allCases)
    func lists(provider: ProviderUnderTest) async throws {
        try await provider.open { lab in
            let since = Date(timeIntervalSinceNow: -60)
            var made: Set<PaymentIntent.ID> = []
            for _ in 1...5 { made.insert(try await lab.intent().id) }
            var found: [PaymentIntent.ID] = []
            var next: String?
            repeat {
                let page = try await lab.payments.intents(createdSince: since, after: next)
                found += page.items.map(\.id)
                next = page.next
            } while next != nil
            #expect(Set(found) == made && found.count == made.count)
            let paid = try await lab.paid()
            let refund = try await lab.payments.refund(try Self.refund(of: paid, 1_00))
            #expect(try await lab.payments.refunds(createdSince: since, after: nil).items.map(\.id) == [refund.id])
        }
    }

    private static func refund(of intent: PaymentIntent, _ amount: Int64) throws -> ProviderRefundRequest {
        let id = Refund.ID()
        return ProviderRefundRequest(
            refundID: id, orderID: Order.ID(), shop: "lab", intentID: intent.id, amount: Money(amount, .usd),
            reason: .requestedByCustomer, key: try #require(.refund(id)))
    }
}
