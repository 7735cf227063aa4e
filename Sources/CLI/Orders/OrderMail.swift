import Domain
import Foundation

/// What became of one mail about an order.
struct OrderMail: Sendable {
    let id: MailDelivery.ID
    let kind: String
    let status: String
    let attempt: Int
    let recipient: EmailAddress?
    let reason: String?
    let createdAt: Date
    let updatedAt: Date
    let sentAt: Date?
}
