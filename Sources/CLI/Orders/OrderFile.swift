import Domain
import Storage

/// All that is known about an order.
struct OrderFile: Sendable {
    let order: Order
    let events: [OrderEvent]
    let mails: [OrderEmail]
    let refunds: [Refund]
    let disputes: [DisputeRecord]

    /// - Throws: ``Failure`` when there is no such order.
    static func open(_ reference: OrderReference, with services: Services) async throws -> OrderFile {
        guard let order = try await order(reference, in: services.orders) else {
            throw Failure("There is no such order.", advice: "Expected an order's number such as 100042, or its id.")
        }
        return OrderFile(
            order: order, events: try await services.orders.events(of: order.id, for: .staff) ?? [],
            mails: try await services.mail.mails(about: order.id),
            refunds: try await services.refunds.refunds(of: order.id),
            disputes: try await services.disputes.disputes(about: order.id))
    }

    private static func order(_ reference: OrderReference, in store: OrderStore) async throws -> Order? {
        switch reference {
        case .id(let id): try await store.order(id, for: .staff)
        case .number(let number): try await store.order(number: number, for: .staff)
        }
    }
}
