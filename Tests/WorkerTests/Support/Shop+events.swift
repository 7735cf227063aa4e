import Domain
import FoundationEssentials
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Stripe
@testable import Worker

extension Shop {
    private var handler: PaymentEventHandler {
        PaymentEventHandler(
            events: PaymentEventBatches(store: stores.webhooks), reader: StripeModule().webhookReader(secrets: []),
            intents: IntentEventHandler(store: store, checkouts: checkouts, payments: payments),
            refunds: RefundEventHandler(refunds: stores.refunds, store: store, payments: payments),
            disputes: stores.disputes,
            owners: PaymentOwners(store: store, payments: payments))
    }

    /// Takes an event as the API does, under Stripe's name of its kind.
    func receive(_ kind: PaymentEventKind, _ object: String, id: String = UUID().uuidString) async throws -> String {
        let type = try #require(StripeEvents.types.first { StripeEvents.kind(ofType: $0) == kind })
        let payload = #"{"id":"\#(id)","type":"\#(type)","livemode":false,"data":{"object":\#(object)}}"#
        _ = try await stores.webhooks.accept([
            PaymentNotification(
                id: id, type: type, isLive: false, objectID: nil, occurredAt: Date(), payload: payload)
        ])
        return id
    }

    /// Runs the job of an event once, and answers what is noted of it then; nothing as long as it is not handled.
    @discardableResult
    func handle(event id: String, isLastAttempt: Bool = false) async throws -> PaymentEventOutcome? {
        let context = try await claim(HandlePaymentEvent.self, "eventID", id, isLastAttempt: isLastAttempt)
        let isHandled = try await outcome(ofEvent: id) != nil
        try await handler.run(HandlePaymentEvent(eventID: id), in: context)
        let outcome = try await outcome(ofEvent: id)
        if outcome != nil, !isHandled {
            let job = try await database.pool.query("SELECT state FROM jobs WHERE id = \(context.jobID)").first
            #expect(try job?["state"] == "done", "an event is handled and its job done in one transaction")
        }
        return outcome
    }

    /// Takes an event and runs its job.
    func hear(_ kind: PaymentEventKind, _ object: String, isLastAttempt: Bool = false) async throws
        -> PaymentEventOutcome?
    {
        try await handle(event: receive(kind, object), isLastAttempt: isLastAttempt)
    }

    func outcome(ofEvent id: String) async throws -> PaymentEventOutcome? {
        try #require(try await database.pool.query("SELECT outcome FROM webhook_events WHERE event_id = \(id)").first)[
            "outcome"]
    }

    /// An intent in the provider's words.
    func wire(
        _ facts: CheckoutSnapshot, _ status: PaymentIntentStatus, id: String? = nil, amount: Int64? = nil,
        declined: Bool = false,
        order: String?? = nil, shop: String? = nil, received: Int64? = nil
    ) -> String {
        let error =
            declined
            ? #"{"type":"card_error","code":"card_declined","decline_code":"generic_decline","message":"No."}"# : "null"
        let orderID: String? = order ?? "\(facts.orderID)"
        let pairs = [orderID.map { #""order_id":"\#($0)""# }, shop.map { #""shop":"\#($0)""# }].compactMap(\.self)
        return """
            {"id":"\(id ?? facts.intentID?.rawValue ?? "pi_\(facts.orderID)")","object":"payment_intent",
             "status":"\(status.rawValue)",
             "amount":\(amount ?? facts.amount.amount),"currency":"usd","client_secret":"pi_secret",
              "last_payment_error":\(error),
             "amount_received":\(received ?? (status == .succeeded ? amount ?? facts.amount.amount : 0)),
             "livemode":false,"metadata":{\(pairs.joined(separator: ","))}}
            """
    }

    /// A refund in the provider's words.
    func wire(_ refund: Refund, _ status: String, id: String = "re_1", amount: Int64? = nil, names: Bool = true)
        -> String
    {
        """
        {"id":"\(id)","object":"refund","status":"\(status)","amount":\(amount ?? refund.amount.amount),
         "currency":"usd",
         "payment_intent":"pi_\(refund.orderID)","failure_reason":"lost_or_stolen_card",
         "metadata":{\(names ? #""refund_id":"\#(refund.id)""# : "")}}
        """
    }
}

extension Shop {
    /// A refund of part of a paid order that its job has not made yet.
    func requestedRefund() async throws -> Refund {
        let facts = try await confirming(product(stock: 5))
        payments.change(try #require(facts.intentID), to: .succeeded)
        try await settle(facts)
        let outcome = try await stores.refunds.request(
            RefundRequest(orderID: facts.orderID, amount: Money(700, .usd), key: "k", actor: .system("test")))
        guard case .accepted(let refund) = outcome else {
            throw Unexpected(what: "the refund was not accepted: \(outcome)")
        }
        return refund
    }
}
