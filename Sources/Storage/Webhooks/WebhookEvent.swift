import Domain
package import FoundationEssentials
import Postgres

/// An event of the payment provider as operators see it.
package struct WebhookEvent: Hashable, Sendable {
    /// What has become of it. The raw values are shown; they never change.
    package enum State: String, Hashable, Codable, Sendable, CaseIterable {
        /// Nobody has acted on it yet.
        case waiting
        /// It has been acted on.
        case handled
        /// An operator has said that nobody needs to.
        case ignored
    }

    /// The provider's id of it.
    package let id: String
    /// The provider's name of its kind.
    package let type: String
    /// The provider's id of what it is about.
    package let objectID: String?
    /// The version of the provider's API that it is written in, where it said so.
    package let apiVersion: String?
    /// What has become of it.
    package let state: State
    /// What it changed, once handled.
    package let outcome: String?
    /// Whether it can be acted on again: its text is kept while it waits, when it is ignored, and when it could not be
    /// joined to anything.
    package let canReplay: Bool
    /// When it happened at the provider.
    package let occurredAt: Date
    /// When it was taken.
    package let receivedAt: Date
    /// When it was acted on.
    package let handledAt: Date?
    /// When an operator said that nobody needs to.
    package let ignoredAt: Date?
    /// Who.
    package let ignoredBy: String?
    /// Why, in their words.
    package let note: String?

    static let columns = """
        event_id, type, object_id, api_version, outcome, payload IS NOT NULL AS can_replay, occurred_at, received_at, handled_at, ignored_at,
        ignored_by, note
        """

    init(_ row: PostgresRow) throws {
        id = try row["event_id"]
        type = try row["type"]
        objectID = try row["object_id"]
        apiVersion = try row["api_version"]
        outcome = try row["outcome"]
        canReplay = try row["can_replay"]
        occurredAt = try row["occurred_at"]
        receivedAt = try row["received_at"]
        handledAt = try row["handled_at"]
        ignoredAt = try row["ignored_at"]
        ignoredBy = try row["ignored_by"]
        note = try row["note"]
        state = ignoredAt != nil ? .ignored : handledAt != nil ? .handled : .waiting
    }
}

/// What became of a wish to act on an event again, or to leave it. The event as it is afterwards.
package enum WebhookEventChange: Hashable, Sendable {
    /// It is so.
    case done(WebhookEvent)
    /// It was acted on, and its text is no longer kept: there is nothing left to do.
    case handled(WebhookEvent)
    /// There is no such event.
    case unknown
}
