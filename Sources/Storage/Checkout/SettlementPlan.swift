import Domain
import JobQueue
import Postgres

/// What a batch of news of payments changes: decided from locked rows, written by the caller. Each order occurs once in
/// it.
struct SettlementPlan: Sendable {
    /// One row for `payments`.
    struct PaymentChange: Sendable {
        let id: Payment.ID
        let status: PaymentStatus
        let intentID: PaymentIntent.ID
        let decline: Decline?
        let clientSecret: String?
        /// What of it was taken, where that settles it.
        let captured: Money
        /// What of it is held, likewise.
        let held: Money
    }

    /// What was taken of a payment turns out to be another amount.
    struct Correction: Sendable {
        let id: Payment.ID
        let captured: Money
    }

    /// One row for `order_events`.
    struct Event: Sendable {
        let orderID: Order.ID
        let kind: OrderEvent.Kind
        let status: OrderStatus
        let reason: String?
    }

    /// One row for `refunds`.
    struct LateRefund: Sendable {
        let id: Refund.ID
        let orderID: Order.ID
        let paymentID: Payment.ID
        let amount: Money
    }

    private(set) var confirmed: [Order.ID] = []
    /// Orders whose customers have to do something.
    private(set) var waiting: [Order.ID] = []
    /// Orders whose money is on its way.
    private(set) var processing: [Order.ID] = []
    private(set) var declined: [Order.ID] = []
    /// The attempts that were declined or refused for good, and the cards of those that were declined.
    private(set) var declines: [(order: Order.ID, attempt: Int, fingerprint: String?)] = []
    private(set) var expired: [Order.ID] = []
    private(set) var cancelled: [Order.ID] = []
    /// Orders whose payment the provider refuses for good, and why.
    private(set) var rejected: [(id: Order.ID, reason: String)] = []
    /// Confirmed orders whose money was let go.
    private(set) var voided: [Order.ID] = []
    /// Orders that are over and for which money is held, to be let go.
    private(set) var lateHolds: [Order.ID] = []
    private(set) var payments: [PaymentChange] = []
    private(set) var corrections: [Correction] = []
    /// Cards of payments of which none was known, in the same order.
    private(set) var cards: [(payment: Payment.ID, card: CardSummary)] = []
    private(set) var events: [Event] = []
    private(set) var mails: [PendingEmail] = []
    /// Money that moved for orders that are over, and goes back.
    private(set) var refunds: [LateRefund] = []
    private(set) var completions: [JobCompletion] = []
    /// One for each element, `nil` where there is no such order.
    private(set) var outcomes: [SettlementOutcome?] = []

    /// Customers of these orders were written to about a declined payment before.
    private let warned: Set<Order.ID>
    /// Those of them who have heard of it.
    private let told: Set<Order.ID>
    /// How long such a mail waits for another card.
    private let warningDelay: Duration

    /// Decides what each piece of news means.
    ///
    /// - Parameters:
    ///   - warned: the orders whose customers were written to about a declined payment before.
    ///   - told: the orders whose customers have got that mail.
    ///   - warningDelay: how long such a mail waits for another card.
    init(
        _ news: [PaymentUpdate], _ orders: LockedOrders, warned: Set<Order.ID>, told: Set<Order.ID>,
        warningDelay: Duration
    ) {
        self.warned = warned
        self.told = told
        self.warningDelay = warningDelay
        for item in news {
            guard let entry = orders.entries[item.orderID] else {
                outcomes.append(nil)
                continue
            }
            settle(item, entry)
        }
    }

    /// Orders whose outcome somebody may be waiting for.
    var announced: [Order.ID] { outcomes.compactMap { outcome in outcome?.isNews == true ? outcome?.orderID : nil } }

    private mutating func settle(_ item: PaymentUpdate, _ entry: LockedOrders.Entry) {
        let facts = entry.facts
        let decision = PaymentSettlement.decide(
            .init(
                order: facts.status, payment: facts.paymentStatus, amount: facts.amount, intentID: facts.intentID,
                isOwnAnswer: item.source == .worker, isShipped: entry.isShipped, captured: entry.captured),
            news: item.intent)
        var status = facts.status
        switch decision {
        case .confirm(let payment):
            status = .confirmed
            confirmed.append(facts.orderID)
            change(facts, item, to: payment)
            note(facts, .confirmed, status)
            if payment == .captured { notePart(facts, item.intent, status) }
            // Who has called the order off in the meantime is not told that it is on its way.
            if !entry.isCancelRequested { write(.orderConfirmation, to: entry) }
        case .wait(let payment):
            if payment == .processing { processing.append(facts.orderID) } else { waiting.append(facts.orderID) }
            change(facts, item, to: payment)
            note(facts, payment == .requiresAction ? .actionRequired : .paymentProcessing, status)
        case .decline:
            status = .paymentFailed
            declined.append(facts.orderID)
            declines.append((facts.orderID, facts.attempt, item.intent.lastError?.fingerprint))
            change(facts, item, to: .failed)
            note(facts, .paymentFailed, status, item.intent.lastError.map { $0.declineCode ?? $0.code })
            if !warned.contains(facts.orderID), !entry.isCancelRequested {
                write(.paymentFailed, to: entry, after: warningDelay)
            }
        case .release where item.refusal != nil && !entry.isCancelRequested:
            let reason = (item.refusal ?? .unusableMethod).code
            status = .rejected
            rejected.append((facts.orderID, reason))
            declines.append((facts.orderID, facts.attempt, nil))
            change(facts, item, to: .canceled)
            note(facts, .rejected, status, reason)
            write(.cancellation, to: entry)
        case .release:
            // Whoever brings the news first: the sweeper that called the intent off, or a worker that finds it so.
            let isOverdue = !entry.isCancelRequested && (item.source == .sweeper || entry.isOverdue)
            status = isOverdue ? .expired : .cancelled
            if isOverdue { expired.append(facts.orderID) } else { cancelled.append(facts.orderID) }
            change(facts, item, to: .canceled)
            note(
                facts, isOverdue ? .expired : .cancelled, status,
                isOverdue ? "not_paid_in_time" : entry.cancelReason ?? "canceled_at_provider")
            if told.contains(facts.orderID) { write(.cancellation, to: entry) }
        case .void:
            status = .cancelled
            voided.append(facts.orderID)
            change(facts, item, to: .canceled)
            note(facts, .voided, status, entry.cancelReason ?? "canceled_at_provider")
            write(.cancellation, to: entry)
        case .recordPayment(let payment):
            change(facts, item, to: payment)
            if payment == .captured {
                note(facts, .paymentCaptured, status)
                notePart(facts, item.intent, status)
            }
            if payment == .canceled { note(facts, .paymentCanceled, status) }
        case .correctCapture:
            corrections.append(Correction(id: facts.paymentID, captured: item.intent.captured))
            notePart(facts, item.intent, status)
        case .recordLateMoney(let payment):
            change(facts, item, to: payment)
            note(facts, .paidTooLate, status)
            if payment == .authorized { lateHolds.append(facts.orderID) }
            let taken = item.intent.captured
            if payment == .captured, taken.amount > 0 {
                refunds.append(
                    LateRefund(id: Refund.ID(), orderID: facts.orderID, paymentID: facts.paymentID, amount: taken))
                note(facts, .refundRequested, status, RefundReason.latePayment.rawValue)
            }
        case .ignore:
            break
        }
        if let card = item.intent.card, !entry.hasCard, facts.intentID == nil || facts.intentID == item.intent.id {
            cards.append((facts.paymentID, card))
        }
        let outcome = SettlementOutcome(
            orderID: facts.orderID, settlement: decision, status: status,
            isJobCompleted: item.completion != nil && decision.endsItsJob)
        if outcome.isJobCompleted, let completion = item.completion { completions.append(completion) }
        outcomes.append(outcome)
    }

    private mutating func change(_ facts: CheckoutSnapshot, _ item: PaymentUpdate, to status: PaymentStatus) {
        payments.append(
            PaymentChange(
                id: facts.paymentID, status: status, intentID: item.intent.id,
                decline: status == .failed ? item.intent.lastError : nil,
                clientSecret: status == .requiresAction ? item.intent.clientSecret : nil,
                captured: item.intent.captured,
                held: item.intent.held))
    }

    /// A part of the money was taken; the rest never will be.
    private mutating func notePart(_ facts: CheckoutSnapshot, _ intent: PaymentIntent, _ status: OrderStatus) {
        guard intent.captured.amount < facts.amount.amount else { return }
        note(facts, .paymentPartiallyCaptured, status, "\(intent.captured) of \(facts.amount)")
    }

    /// After erasure there is nobody to write to.
    private mutating func write(_ kind: EmailKind, to entry: LockedOrders.Entry, after delay: Duration? = nil) {
        guard let email = entry.email else { return }
        mails.append(PendingEmail(orderID: entry.facts.orderID, kind: kind, recipient: email, delay: delay))
    }

    private mutating func note(
        _ facts: CheckoutSnapshot, _ kind: OrderEvent.Kind, _ status: OrderStatus, _ reason: String? = nil
    ) {
        events.append(Event(orderID: facts.orderID, kind: kind, status: status, reason: reason))
    }
}

extension PaymentSettlement {
    /// Whether the job that brought the news has nothing left to do.
    var endsItsJob: Bool {
        switch self {
        case .confirm, .wait, .decline, .release, .void, .recordPayment, .correctCapture, .recordLateMoney,
            .ignore(.alreadyKnown),
            .ignore(.outranked):
            true
        case .ignore(.undecided), .ignore(.notReserved), .ignore(.foreignIntent), .ignore(.amountMismatch): false
        }
    }
}

extension SettlementOutcome {
    /// Whether anything changed for somebody who looks at the order.
    var isNews: Bool {
        if case .ignore = settlement { false } else { true }
    }
}
