package import Domain
package import Postgres

/// The provider's record as far as it has told us of it: whatever it tells of a mail, it had accepted the mail before.
package struct RecordedEmailActivity: EmailActivity {
    private let database: PostgresPool

    /// Reads what ``EmailEventStore`` has taken.
    package init(database: PostgresPool) {
        self.database = database
    }

    /// Whether anything was heard of the delivery.
    package func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace {
        do {
            let rows = try await database.query("SELECT 1 FROM mail_events WHERE delivery_id = \(delivery.id) LIMIT 1")
            return rows.isEmpty ? .nothingHeard : .accepted
        } catch {
            throw .outcomeUnknown(reason: "What the provider has told could not be read: \(error)")
        }
    }
}
