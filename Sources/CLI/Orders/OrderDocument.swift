import Domain
import Foundation
import Storage

/// An order in JSON. Email addresses are masked, client secrets left out.
struct OrderDocument: Encodable {
    struct PaymentDocument: Encodable {
        let id: String
        let status: PaymentStatus
        let amount: Money
        let captured: Money
        let card: CardSummary?
        let providerId: String?
        let attempt: Int
        let declineCode: String?
    }

    struct EmailDocument: Encodable {
        let id: String
        let kind: EmailKind
        let status: EmailDeliveryStatus
        let attempt: Int
        let recipient: String?
        let reason: String?
        let createdAt: Date
        let sentAt: Date?
        let bouncedAt: Date?
        let bounceReason: String?
    }

    struct RefundDocument: Encodable {
        let id: String
        let amount: Money
        let baseAmount: Money?
        let status: RefundStatus
        let source: RefundSource
        let items: [RefundItem]
        let reason: RefundReason
        let providerId: String?
        let failureReason: String?
        let createdAt: Date
        let settledAt: Date?
    }

    struct DisputeDocument: Encodable {
        let id: String
        let amount: Money
        let status: DisputeStatus
        let funds: DisputeFunds?
        let reason: String
        let openedAt: Date
        let answerBefore: Date?
        let closedAt: Date?
    }

    struct EntryDocument: Encodable {
        let at: Date
        let event: String
        let reason: String?
    }

    let id: String
    let number: Int64
    let status: OrderStatus
    let rejectionReason: String?
    let fulfilment: String
    let userId: String?
    let email: String?
    let items: [OrderItem]
    let totals: OrderTotals
    let reservedUntil: Date?
    let createdAt: Date
    let updatedAt: Date
    let confirmedAt: Date?
    let payment: PaymentDocument?
    let refunds: [RefundDocument]
    let disputes: [DisputeDocument]
    let mails: [EmailDocument]
    let timeline: [EntryDocument]

    init(_ file: OrderFile) throws {
        let order = file.order
        id = order.id.description
        number = order.number
        status = order.status
        rejectionReason = order.rejectionReason
        fulfilment = order.fulfilment.rawValue
        userId = order.userID?.description
        email = order.email?.description
        items = order.items
        totals = order.totals
        reservedUntil = order.reservedUntil
        createdAt = order.createdAt
        updatedAt = order.updatedAt
        confirmedAt = order.confirmedAt
        payment = order.payment.map {
            PaymentDocument(
                id: $0.id.description, status: $0.status, amount: $0.amount, captured: $0.captured, card: $0.card,
                providerId: $0.providerID, attempt: $0.attempt,
                declineCode: $0.declineCode)
        }
        let baseAmounts = try order.rate?.baseAmounts(of: file.refunds) ?? [:]
        refunds = file.refunds.map {
            RefundDocument(
                id: $0.id.description, amount: $0.amount, baseAmount: baseAmounts[$0.id], status: $0.status,
                source: $0.source, items: $0.items, reason: $0.reason, providerId: $0.providerID?.rawValue,
                failureReason: $0.failureReason, createdAt: $0.createdAt, settledAt: $0.settledAt)
        }
        disputes = file.disputes.map {
            DisputeDocument(
                id: $0.dispute.id.rawValue, amount: $0.dispute.amount, status: $0.dispute.status,
                funds: $0.dispute.funds,
                reason: $0.dispute.reason,
                openedAt: $0.dispute.openedAt, answerBefore: $0.dispute.answerBefore, closedAt: $0.closedAt)
        }
        mails = file.mails.map {
            EmailDocument(
                id: $0.delivery.id.description, kind: $0.delivery.kind, status: $0.delivery.status,
                attempt: $0.delivery.attempt,
                recipient: $0.delivery.recipient?.description, reason: $0.reason, createdAt: $0.createdAt,
                sentAt: $0.sentAt,
                bouncedAt: $0.bouncedAt, bounceReason: $0.bounceReason)
        }
        timeline = OrderTimeline(file).entries.map { EntryDocument(at: $0.at, event: $0.what, reason: $0.reason) }
    }
}
