public import Domain
public import FoundationEssentials
import Postgres

/// What became of one mail about an order, for people who look into it.
public struct OrderMail: Hashable, Sendable {
    /// The delivery as it stands.
    public let delivery: MailDelivery
    /// Why it did not go out or may not have; `nil` when nothing went wrong.
    public let reason: String?
    /// Whom it was about that it was not sent; `nil` when nothing went wrong or nobody knows whether it was sent.
    public let fault: MailFault?
    /// When the mail was requested.
    public let createdAt: Date
    /// When its delivery changed last.
    public let updatedAt: Date
    /// When the provider took it.
    public let sentAt: Date?
    /// When its provider said that it did not arrive or was not wanted.
    public let bouncedAt: Date?
    /// Why, in the provider's words.
    public let bounceReason: String?
}

extension OrderMail {
    static let columns = MailDelivery.columns + ", reason, fault, created_at, updated_at, sent_at, bounced_at, bounce_reason"

    /// Reads the columns above.
    init(_ row: PostgresRow) throws {
        self.init(
            delivery: try MailDelivery(row), reason: try row["reason"],
            fault: try row["fault"],
            createdAt: try row["created_at"], updatedAt: try row["updated_at"],
            sentAt: try row["sent_at"], bouncedAt: try row["bounced_at"], bounceReason: try row["bounce_reason"])
    }
}
