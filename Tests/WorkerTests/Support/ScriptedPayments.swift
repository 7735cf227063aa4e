import Domain
import FoundationEssentials
import Synchronization

/// A payment provider in memory that fails as it is told and, like the real one, answers again what it has answered
/// under a key.
final class ScriptedPayments: PaymentProvider {
    /// What becomes of a confirmation.
    enum Fault: Sendable {
        /// A failure is answered and kept under the key; `acts` says whether the charge was tried all the same.
        case serverError(acts: Bool)
        /// The connection is lost; `acts` says whether before or after the charge was tried.
        case lost(acts: Bool)
    }

    private struct State {
        var intents: [PaymentIntent.ID: PaymentIntent] = [:]
        var answers: [IdempotencyKey: Result<PaymentIntent, PaymentFailure>] = [:]
        var faults: [Fault] = []
        var keys: [IdempotencyKey] = []
        /// Each creation that was asked for, and how many of the next ones the provider fails and keeps its failure of.
        var creationKeys: [IdempotencyKey] = []
        var failingCreations = 0
        /// What is said to every creation, confirmation and cancellation, where anything is.
        var refusals: (creations: PaymentFailure?, confirmations: PaymentFailure?, cancellations: PaymentFailure?)
        /// The same for every look-up of an intent.
        var refusedLookUps: PaymentFailure?
        var charges = 0
        var lookUps = 0
        var creations = 0
        var lists = 0
        /// How many pages are given before one is not; nil for all.
        var pages: Int?
        var listFailure = PaymentFailure.notSent("the network is down")
        var unreadable: (intent: String, refund: String)?
        var book = RefundBook()
        var gathering: (size: Int, waiting: [CheckedContinuation<Void, Never>])?

        mutating func charge(_ id: PaymentIntent.ID, _ method: String) -> Result<PaymentIntent, PaymentFailure> {
            guard let intent = intents[id] else { return .failure(.notFound) }
            guard intent.status == .requiresPaymentMethod else { return .failure(.unexpectedState(intent)) }
            if method == "pm_declined" {
                let declined = intent.becoming(.requiresPaymentMethod, declined: "generic_decline")
                intents[id] = declined
                return .failure(
                    .declined(
                        Decline(code: "card_declined", declineCode: "generic_decline", message: "Declined."), declined))
            }
            charges += 1
            let paid = intent.becoming(.succeeded)
            intents[id] = paid
            return .success(paid)
        }
    }

    private let state = Mutex(State())

    /// The keys of all confirmations and cancellations, in order.
    var keys: [String] { state.withLock { $0.keys.map(\.rawValue) } }
    /// How often money has moved.
    var charges: Int { state.withLock { $0.charges } }

    /// How often an intent was read.
    var lookUps: Int { state.withLock { $0.lookUps } }
    /// How many intents were made.
    var creations: Int { state.withLock { $0.creations } }
    /// How many pages of lists were read.
    var lists: Int { state.withLock { $0.lists } }

    /// How often money has gone back.
    var refundCount: Int { state.withLock { $0.book.count } }
    /// How often somebody asked what had gone back of an intent.
    var refundLists: Int { state.withLock { $0.book.lists } }

    /// Lets the next refunds fail, one fault each.
    func failRefunds(_ faults: Fault...) {
        state.withLock { $0.book.faults += faults }
    }

    /// What new refunds are from now on.
    func answerRefunds(as status: RefundStatus) {
        state.withLock { $0.book.firstStatus = status }
    }

    /// Every refund there is becomes this: carried out, or sent back by the bank.
    func changeRefunds(to status: RefundStatus, because reason: String? = nil, keepingAge: Bool = false) {
        state.withLock { state in
            state.book.refunds = state.book.refunds.map {
                ProviderRefund(
                    id: $0.id, status: status, amount: $0.amount, intentID: $0.intentID, refundID: $0.refundID,
                    shop: $0.shop,
                    failureReason: reason, createdAt: keepingAge ? $0.createdAt : nil)
            }
        }
    }

    /// Every refund there is was made so many seconds ago.
    func age(refunds age: TimeInterval) {
        state.withLock { state in
            state.book.refunds = state.book.refunds.map {
                ProviderRefund(
                    id: $0.id, status: $0.status, amount: $0.amount, intentID: $0.intentID, refundID: $0.refundID,
                    shop: $0.shop,
                    createdAt: Date(timeIntervalSinceNow: -age))
            }
        }
    }

    /// The provider forgets the keys of refunds, as it does after a day.
    func forgetKeys() {
        state.withLock { $0.book.answers = [:] }
    }

    /// Lets the next confirmations fail, one fault each. What is repeated under a known key meets none.
    func fail(_ faults: Fault...) {
        state.withLock { $0.faults += faults }
    }

    /// Lets the next creations fail with an answer that is kept under their keys.
    func failCreations(_ count: Int) {
        state.withLock { $0.failingCreations = count }
    }

    /// Refuses what is asked from now on; nil takes it again.
    func refuse(
        creations: PaymentFailure? = nil, confirmations: PaymentFailure? = nil, lookUps: PaymentFailure? = nil,
        cancellations: PaymentFailure? = nil
    ) {
        state.withLock {
            $0.refusals = (creations, confirmations, cancellations)
            $0.refusedLookUps = lookUps
        }
    }

    var creationKeys: [String] { state.withLock { $0.creationKeys.map(\.rawValue) } }

    /// Holds cancellations back until so many of them are under way at once.
    func holdCancellations(until size: Int) {
        state.withLock { $0.gathering = (size, []) }
    }

    /// Makes the intent of an order.
    func add(_ order: Order, amount: Money? = nil) -> PaymentIntent.ID {
        let id = PaymentIntent.ID(rawValue: "pi_\(order.id)")
        set(
            id,
            PaymentIntent(
                id: id, status: .requiresPaymentMethod, amount: amount ?? order.totals.total, orderID: order.id))
        return id
    }

    /// Something happens to an intent at the provider.
    func change(_ id: PaymentIntent.ID, to status: PaymentIntentStatus, declined: String? = nil) {
        state.withLock { state in
            guard let intent = state.intents[id] else { return }
            state.intents[id] = intent.becoming(status, declined: declined)
        }
    }

    /// Somebody takes a part of what is held at the provider's own pages, or holds less.
    func change(
        _ id: PaymentIntent.ID, to status: PaymentIntentStatus, received: Money? = nil, capturable: Money? = nil
    ) {
        state.withLock { state in
            state.intents[id] = state.intents[id]?.becoming(status, received: received, capturable: capturable)
        }
    }

    /// Somebody gives money back at the provider's own pages: the refund names nothing of ours.
    @discardableResult
    func refundByHand(_ id: PaymentIntent.ID, _ amount: Money, status: RefundStatus = .succeeded) -> ProviderRefund {
        state.withLock { state in
            let refund = ProviderRefund(
                id: .init(rawValue: "re_hand_\(state.book.refunds.count + 1)"), status: status, amount: amount,
                intentID: id)
            state.book.refunds.append(refund)
            return refund
        }
    }

    /// Gives so many pages of intents, then fails once.
    func failLists(after pages: Int, with failure: PaymentFailure = .notSent("the network is down")) {
        state.withLock { ($0.pages, $0.listFailure) = (pages, failure) }
    }

    /// Lists an intent and a refund that nobody can read.
    func addUnreadable(_ intent: String, _ refund: String) {
        state.withLock { $0.unreadable = (intent, refund) }
    }

    /// An intent that came about somehow.
    func put(_ intent: PaymentIntent) {
        set(intent.id, intent)
    }

    /// The provider forgets an intent.
    func remove(_ id: PaymentIntent.ID) {
        state.withLock { $0.intents[id] = nil }
    }

    private func set(_ id: PaymentIntent.ID, _ intent: PaymentIntent) {
        state.withLock { $0.intents[id] = intent }
    }

    func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent {
        let id = PaymentIntent.ID(rawValue: "pi_\(request.orderID)")
        let intent = PaymentIntent(
            id: id, status: .requiresPaymentMethod, amount: request.amount, orderID: request.orderID, createdAt: Date(),
            paymentID: request.metadata["payment_id"].flatMap { Payment.ID($0) }, shop: request.metadata["shop"])
        return try state.withLock { state -> Result<PaymentIntent, PaymentFailure> in
            state.creationKeys.append(request.key)
            if let known = state.answers[request.key] { return known }
            if let refusal = state.refusals.creations { return .failure(refusal) }
            if let known = state.intents[id] { return .success(known) }
            if state.failingCreations > 0 {
                state.failingCreations -= 1
                let failure = Result<PaymentIntent, PaymentFailure>.failure(
                    .outcomeUnknown("answered 500", answered: true))
                state.answers[request.key] = failure
                return failure
            }
            state.creations += 1
            state.intents[id] = intent
            return .success(intent)
        }.get()
    }

    /// Declines the method `pm_declined`, charges any other.
    func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        let answer: Result<PaymentIntent, PaymentFailure> = state.withLock { state in
            state.keys.append(key)
            if let known = state.answers[key] { return known }
            if let refusal = state.refusals.confirmations { return .failure(refusal) }
            switch state.faults.isEmpty ? nil : state.faults.removeFirst() {
            case .serverError(let acts):
                if acts { _ = state.charge(id, method) }
                let failure = PaymentFailure.outcomeUnknown("answered 500", answered: true)
                state.answers[key] = .failure(failure)
                return .failure(failure)
            case .lost(let acts):
                if acts { state.answers[key] = state.charge(id, method) }
                return .failure(.outcomeUnknown("the connection was lost"))
            case nil:
                let answer = state.charge(id, method)
                state.answers[key] = answer
                return answer
            }
        }
        return try answer.get()
    }

    func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent {
        try state.withLock { state -> Result<PaymentIntent, PaymentFailure> in
            state.lookUps += 1
            if let refusal = state.refusedLookUps { return .failure(refusal) }
            guard let intent = state.intents[id] else { return .failure(.notFound) }
            return .success(intent)
        }.get()
    }

    func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent {
        await gather()
        return try state.withLock { state -> Result<PaymentIntent, PaymentFailure> in
            state.keys.append(key)
            if let refusal = state.refusals.cancellations { return .failure(refusal) }
            guard let intent = state.intents[id] else { return .failure(.notFound) }
            if intent.status == .succeeded { return .failure(.unexpectedState(intent)) }
            state.intents[id] = intent.becoming(.canceled)
            return .success(intent.becoming(.canceled))
        }.get()
    }

    func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        try state.withLock { state -> Result<PaymentIntent, PaymentFailure> in
            state.keys.append(key)
            guard let intent = state.intents[id] else { return .failure(.notFound) }
            guard intent.status == .requiresCapture else { return .failure(.unexpectedState(intent)) }
            if let amount, amount.amount > intent.held.amount {
                return .failure(.invalidRequest("amount_too_large: that much is not held"))
            }
            state.charges += 1
            let captured = intent.becoming(.succeeded, received: amount ?? intent.held)
            state.intents[id] = captured
            return .success(captured)
        }.get()
    }

    func refund(_ request: ProviderRefundRequest) async throws(PaymentFailure) -> ProviderRefund {
        try state.withLock { state in
            state.keys.append(request.key)
            return state.book.answer(request, of: state.intents[request.intentID])
        }.get()
    }

    func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund {
        guard let refund = state.withLock({ $0.book.refunds.first { $0.id == id } }) else { throw .notFound }
        return refund
    }

    func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund] {
        state.withLock { state in
            state.book.lists += 1
            return state.book.refunds.filter { $0.intentID == id }.reversed()
        }
    }

    /// Pages of two, so that tests meet more than one.
    func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<PaymentIntent> {
        try state.withLock { state -> Result<ProviderPage<PaymentIntent>, PaymentFailure> in
            if state.pages == 0 {
                state.pages = nil
                return .failure(state.listFailure)
            }
            state.pages = state.pages.map { $0 - 1 }
            state.lists += 1
            let all = state.intents.values.filter { ($0.createdAt ?? time) >= time }
                .sorted { ($0.createdAt ?? time, $0.id.rawValue) > ($1.createdAt ?? time, $1.id.rawValue) }
            return .success(Self.page(all, after: after, unreadable: state.unreadable?.intent, \.id.rawValue))
        }.get()
    }

    func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<ProviderRefund> {
        state.withLock { state in
            let all = Array(state.book.refunds.filter { ($0.createdAt ?? time) >= time }.reversed())
            return Self.page(all, after: after, unreadable: state.unreadable?.refund, \.id.rawValue)
        }
    }

    private static func page<Item>(
        _ all: [Item], after: String?, unreadable: String?, _ id: (Item) -> String
    ) -> ProviderPage<Item> {
        let rest = after.map { after in all.drop { id($0) != after }.dropFirst() } ?? all[...]
        let items = Array(rest.prefix(2))
        return ProviderPage(
            items: items, unreadable: unreadable.map { [$0] } ?? [], next: rest.count > 2 ? items.last.map(id) : nil)
    }

    private func gather() async {
        await withCheckedContinuation { continuation in
            let released: [CheckedContinuation<Void, Never>] = state.withLock { state in
                guard var gathering = state.gathering else { return [continuation] }
                gathering.waiting.append(continuation)
                let isComplete = gathering.waiting.count >= gathering.size
                state.gathering = isComplete ? nil : gathering
                return isComplete ? gathering.waiting : []
            }
            for waiter in released { waiter.resume() }
        }
    }
}

extension PaymentIntent {
    /// The same intent later on.
    fileprivate func becoming(
        _ status: PaymentIntentStatus, declined: String? = nil, received: Money? = nil, capturable: Money? = nil
    ) -> PaymentIntent {
        PaymentIntent(
            id: id, status: status, amount: amount, clientSecret: "secret",
            lastError: declined.map { Decline(code: "card_declined", declineCode: $0, message: "Declined.") },
            orderID: orderID,
            createdAt: createdAt, amountReceived: received, amountCapturable: capturable, paymentID: paymentID,
            shop: shop,
            card: CardSummary(brand: "visa", lastFour: "4242"))
    }
}
