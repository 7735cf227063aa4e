import Domain
import FoundationEssentials
import Storage

/// A difference between the provider's books and ours, as staff see it.
struct BreakBody: Encodable {
    private let known: ReconciliationBreak

    init(_ known: ReconciliationBreak) { self.known = known }

    enum CodingKeys: String, CodingKey {
        case id, kind, object, amount, reason, status, note
        case providerID = "provider_id"
        case orderID = "order_id"
        case foundAt = "found_at"
        case lastSeenAt = "last_seen_at"
        case healedAt = "healed_at"
        case resolvedAt = "resolved_at"
        case resolvedBy = "resolved_by"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(known.id, forKey: .id)
        try container.encode(known.kind, forKey: .kind)
        try container.encode(known.object, forKey: .object)
        try container.encode(known.providerID, forKey: .providerID)
        try container.encode(known.orderID, forKey: .orderID)
        try container.encode(known.amount, forKey: .amount)
        try container.encode(known.reason, forKey: .reason)
        try container.encode(known.status, forKey: .status)
        try container.encode(known.foundAt, forKey: .foundAt)
        try container.encode(known.lastSeenAt, forKey: .lastSeenAt)
        try container.encode(known.healedAt, forKey: .healedAt)
        try container.encode(known.resolvedAt, forKey: .resolvedAt)
        try container.encode(known.resolvedBy, forKey: .resolvedBy)
        try container.encode(known.note, forKey: .note)
    }
}
