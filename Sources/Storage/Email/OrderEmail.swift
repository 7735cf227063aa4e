package import Domain
package import FoundationEssentials
import Postgres

/// What became of one mail about an order, for people who look into it.
package struct OrderEmail: Hashable, Sendable {
    /// The delivery as it stands.
    package let delivery: EmailDelivery
    /// Why it did not go out or may not have; `nil` when nothing went wrong.
    package let reason: String?
    /// Whom it was about that it was not sent; `nil` when nothing went wrong or nobody knows whether it was sent.
    package let fault: EmailFault?
    /// When the mail was requested.
    package let createdAt: Date
    /// When its delivery changed last.
    package let updatedAt: Date
    /// When the provider took it.
    package let sentAt: Date?
    /// When its provider said that it did not arrive or was not wanted.
    package let bouncedAt: Date?
    /// Why, in the provider's words.
    package let bounceReason: String?
}

extension OrderEmail {
    static let columns =
        EmailDelivery.columns + ", reason, fault, created_at, updated_at, sent_at, bounced_at, bounce_reason"

    /// Reads the columns above.
    init(_ row: PostgresRow) throws {
        self.init(
            delivery: try EmailDelivery(row), reason: try row["reason"],
            fault: try row["fault"],
            createdAt: try row["created_at"], updatedAt: try row["updated_at"],
            sentAt: try row["sent_at"], bouncedAt: try row["bounced_at"], bounceReason: try row["bounce_reason"])
    }
}
