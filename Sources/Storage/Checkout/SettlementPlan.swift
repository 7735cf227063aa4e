import Domain
import JobQueue
import Postgres

/// What a batch of payment updates changes: decided from locked rows, written by the caller. Each order occurs once in
/// it.
struct SettlementPlan: Sendable {
    /// Money that moved for an order that is over, and is refunded.
    struct LateRefund: Sendable {
        let id: Refund.ID
        let orderID: Order.ID
        let paymentID: Payment.ID
        let amount: Money
    }

    /// Orders that are paid now: their stock is consumed.
    private(set) var confirmed: [Order.ID] = []
    /// Orders that end without money: their stock is released.
    private(set) var released: [Order.ID] = []
    /// Confirmed orders whose authorization was voided: their stock returns.
    private(set) var voided: [Order.ID] = []
    /// Orders whose customers may try another card.
    private(set) var declined: [Order.ID] = []
    /// The attempts that were declined or refused for good, and the cards of those that were declined.
    private(set) var declines: [(order: Order.ID, attempt: Int, fingerprint: String?)] = []
    /// Orders that are over and for which money is authorized, to be voided.
    private(set) var lateHolds: [Order.ID] = []
    /// Payments of which another amount was captured than was known.
    private(set) var corrections: [(order: CheckoutSnapshot, captured: Money)] = []
    private(set) var orders: [OrderChange] = []
    private(set) var payments: [PaymentChange] = []
    /// What happened to orders that do not change by it.
    private(set) var notes: [(order: Order.ID, event: OrderChange.Event)] = []
    /// Cards of payments of which none was known, in the same order.
    private(set) var cards: [(payment: Payment.ID, card: CardSummary)] = []
    private(set) var emails: [PendingEmail] = []
    private(set) var refunds: [LateRefund] = []
    private(set) var completions: [JobCompletion] = []
    /// One for each element, `nil` where there is no such order.
    private(set) var outcomes: [SettlementOutcome?] = []

    /// Customers of these orders were written to about a declined payment before.
    private let warned: Set<Order.ID>
    /// Those of them who have heard of it.
    private let told: Set<Order.ID>
    private let settings: ShopSettings
    /// The trace of the update that is being decided.
    private var traceparent: String?

    /// Decides what each update means.
    ///
    /// - Parameters:
    ///   - warned: the orders whose customers were written to about a declined payment before.
    ///   - told: the orders whose customers have got that email.
    init(
        _ updates: [PaymentUpdate], _ orders: LockedOrders, warned: Set<Order.ID>, told: Set<Order.ID>,
        _ settings: ShopSettings
    ) {
        self.warned = warned
        self.told = told
        self.settings = settings
        for update in updates {
            guard let entry = orders.entries[update.orderID] else {
                outcomes.append(nil)
                continue
            }
            traceparent = update.traceparent
            settle(update, entry)
        }
    }

    /// Orders whose outcome a client may be waiting for.
    var announced: [Order.ID] {
        outcomes.compactMap { outcome in outcome?.changesOrder == true ? outcome?.orderID : nil }
    }

    private mutating func settle(_ update: PaymentUpdate, _ entry: LockedOrders.Entry) {
        let facts = entry.facts
        let intent = update.intent
        let decision = PaymentSettlement.decide(
            .init(
                order: facts.status, payment: facts.paymentStatus, amount: facts.amount, intentID: facts.intentID,
                isOwnAnswer: update.source == .worker, isShipped: entry.isShipped, captured: entry.captured),
            given: intent)
        var status = facts.status
        switch decision {
        case .confirm(let payment):
            status = .confirmed
            confirmed.append(facts.orderID)
            pay(facts, intent, payment)
            let events = [OrderChange.Event(.confirmed)] + (payment == .captured ? part(facts, intent) : [])
            orders.append(OrderChange(facts.orderID, to: status, events))
            // A customer who has canceled the order in the meantime is not told that it is on its way.
            if !entry.isCancelRequested { write(.orderConfirmation, to: entry) }
        case .wait(let payment):
            pay(facts, intent, payment)
            var change = OrderChange(
                facts.orderID, to: nil, .init(payment == .requiresAction ? .actionRequired : .paymentProcessing))
            change.hold = payment == .processing ? .extendForMoney(settings) : .extend(settings)
            orders.append(change)
        case .decline:
            status = .paymentFailed
            declined.append(facts.orderID)
            declines.append((facts.orderID, facts.attempt, intent.lastError?.fingerprint))
            pay(facts, intent, .failed)
            let reason = intent.lastError.map { $0.declineCode ?? $0.code }
            orders.append(OrderChange(facts.orderID, to: status, .init(.paymentFailed, reason)))
            if !warned.contains(facts.orderID), !entry.isCancelRequested {
                write(.paymentFailed, to: entry, after: settings.paymentFailedEmailDelay)
            }
        case .release:
            status = release(update, entry)
        case .void:
            status = .canceled
            voided.append(facts.orderID)
            pay(facts, intent, .canceled)
            orders.append(
                OrderChange(
                    facts.orderID, to: status, .init(.voided, entry.cancelReason ?? PaymentUpdate.canceledAtProvider)))
            write(.cancellation, to: entry)
        case .recordPayment(let payment):
            pay(facts, intent, payment)
            if payment == .captured { note(facts, [.init(.paymentCaptured)] + part(facts, intent)) }
            if payment == .canceled {
                note(
                    facts,
                    [.init(.paymentCanceled, update.isUnknownAtProvider ? PaymentUpdate.unknownAtProvider : nil)])
            }
        case .correctCapture:
            corrections.append((facts, intent.captured))
        case .recordLateMoney(let payment):
            pay(facts, intent, payment)
            note(facts, [.init(.paidTooLate)])
            if payment == .authorized { lateHolds.append(facts.orderID) }
            if payment == .captured, intent.captured.amount > 0 {
                refunds.append(
                    LateRefund(
                        id: Refund.ID(), orderID: facts.orderID, paymentID: facts.paymentID, amount: intent.captured))
                note(facts, [.init(.refundRequested, RefundReason.latePayment.rawValue)])
            }
        case .ignore:
            break
        }
        if let card = intent.card, !entry.hasCard, facts.intentID == nil || facts.intentID == intent.id {
            cards.append((facts.paymentID, card))
        }
        let outcome = SettlementOutcome(
            orderID: facts.orderID, settlement: decision, status: status,
            isJobCompleted: update.completion != nil && decision.endsItsJob)
        if outcome.isJobCompleted, let completion = update.completion { completions.append(completion) }
        outcomes.append(outcome)
    }

    /// Ends an order without money: as rejected when the provider refuses its payment, as expired when the time to pay
    /// is over, and else as canceled. The first to bring the update says so: the sweeper that canceled the intent, or a
    /// worker that finds it canceled.
    private mutating func release(_ update: PaymentUpdate, _ entry: LockedOrders.Entry) -> OrderStatus {
        let facts = entry.facts
        released.append(facts.orderID)
        pay(facts, update.intent, .canceled)
        if let refusal = update.refusal, !entry.isCancelRequested {
            declines.append((facts.orderID, facts.attempt, nil))
            var change = OrderChange(facts.orderID, to: .rejected, .init(.rejected, refusal.code))
            change.rejectionReason = refusal.code
            orders.append(change)
            write(.cancellation, to: entry)
            return .rejected
        }
        let isOverdue = !entry.isCancelRequested && (update.source == .sweeper || entry.isOverdue)
        let reason =
            update.isUnknownAtProvider
            ? PaymentUpdate.unknownAtProvider
            : isOverdue ? "not_paid_in_time" : entry.cancelReason ?? PaymentUpdate.canceledAtProvider
        let status: OrderStatus = isOverdue ? .expired : .canceled
        orders.append(OrderChange(facts.orderID, to: status, .init(isOverdue ? .expired : .canceled, reason)))
        if told.contains(facts.orderID) { write(.cancellation, to: entry) }
        return status
    }

    /// Decides what corrections make of payments and orders: both say again how much of what was captured has gone
    /// back.
    ///
    /// - Parameter refunds: all refunds of these payments.
    mutating func correct(_ refunds: [Payment.ID: [(amount: Money, status: RefundStatus)]]) throws(MoneyError) {
        for (facts, captured) in corrections {
            let sum = try RefundSum(captured: captured, refunds: refunds[facts.paymentID] ?? [])
            payments.append(PaymentChange(facts.paymentID, sum, isCorrection: true))
            let events = Self.part(captured, of: facts)
            if facts.status.isPaid {
                orders.append(OrderChange(facts.orderID, to: sum.order, events))
            } else {
                note(facts, events)
            }
        }
    }

    private mutating func pay(_ facts: CheckoutSnapshot, _ intent: PaymentIntent, _ status: PaymentStatus) {
        payments.append(PaymentChange(facts.paymentID, to: status, saidBy: intent))
    }

    private func part(_ facts: CheckoutSnapshot, _ intent: PaymentIntent) -> [OrderChange.Event] {
        Self.part(intent.captured, of: facts)
    }

    /// A part of the money was captured; the rest never will be.
    private static func part(_ captured: Money, of facts: CheckoutSnapshot) -> [OrderChange.Event] {
        captured.amount < facts.amount.amount
            ? [.init(.paymentPartiallyCaptured, "\(captured) of \(facts.amount)")] : []
    }

    private mutating func note(_ facts: CheckoutSnapshot, _ events: [OrderChange.Event]) {
        notes += events.map { (facts.orderID, $0) }
    }

    /// After erasure there is no address to write to.
    private mutating func write(_ kind: EmailKind, to entry: LockedOrders.Entry, after delay: Duration? = nil) {
        guard let email = entry.email else { return }
        emails.append(
            PendingEmail(
                orderID: entry.facts.orderID, kind: kind, recipient: email, delay: delay, traceparent: traceparent))
    }
}

extension SettlementPlan {
    /// What carries the plan out, without jobs and completions. Stock rows are locked already.
    func writes(captureWindow: Duration) -> CheckedWrites {
        var writes = CheckedWrites()
        if !confirmed.isEmpty {
            writes.add(OrderStock.consume(of: confirmed))
            writes.add(OrderCart.convert(for: confirmed))
        }
        if !released.isEmpty { writes.add(OrderStock.release(of: released)) }
        if !voided.isEmpty { writes.add(OrderStock.restock(of: voided, by: .system("settlement"))) }
        if !(declined + released).isEmpty { writes.add(OrderCart.reopen(for: declined + released)) }
        if !declines.isEmpty { writes.add(DeclineLimit.insertion(declines)) }
        writes.add(payments, captureWindow: captureWindow)
        if !cards.isEmpty { writes.add(naming) }
        writes.add(
            refunds.map {
                RefundRow.insertion(
                    $0.id, of: $0.orderID, $0.paymentID, $0.amount, because: .latePayment, takesTheRest: true,
                    by: .system("settlement"), key: RefundReason.latePayment.rawValue)
            })
        writes.add(orders)
        if !notes.isEmpty { writes.add(OrderHistory.noting(notes)) }
        if !emails.isEmpty { writes.add(PendingEmail.insertion(emails)) }
        return writes
    }

    private var naming: SQL {
        """
        UPDATE payments SET card_brand = t.brand, card_last_four = t.last_four, updated_at = now()
          FROM unnest(\(cards.map(\.payment))::uuid[], \(cards.map(\.card.brand))::text[],
                      \(cards.map(\.card.lastFour))::text[]) AS t (id, brand, last_four)
         WHERE payments.id = t.id
        """
    }
}

extension PaymentSettlement {
    /// Whether the job that brought the update has nothing left to do.
    var endsItsJob: Bool {
        switch self {
        case .confirm, .wait, .decline, .release, .void, .recordPayment, .correctCapture, .recordLateMoney,
            .ignore(.alreadyKnown), .ignore(.outranked):
            true
        case .ignore(.undecided), .ignore(.notReserved), .ignore(.foreignIntent), .ignore(.amountMismatch): false
        }
    }
}
