import Domain
import FoundationEssentials

/// Something that happened to an order.
struct OrderEventBody: Encodable {
    let sequence: Int
    let event: String
    let status: String
    let reason: String?
    let at: Date

    init(_ event: OrderEvent) {
        sequence = event.sequence
        self.event = event.kind.rawValue
        status = event.status.rawValue
        reason = event.reason
        at = event.at
    }
}
