import Domain
import JobQueue
import Storage

/// Finds out whose a payment is that an event is about (``PaymentOwner``). The provider is asked where the event does
/// not say and nothing is stored.
struct PaymentOwners: Sendable {
    let store: SettlementStore
    let payments: any PaymentProvider

    /// Whose an intent is, by what it says of itself.
    func owner(of intent: PaymentIntent) async throws -> PaymentOwner {
        try await owner(of: intent.id, shop: intent.shop, orderID: intent.orderID)
    }

    /// The same by the pairs of an object that was made with it, such as its charge.
    func owner(of id: PaymentIntent.ID, shop: String?, orderID: Order.ID?) async throws -> PaymentOwner {
        let isStored = try await store.load(intent: id) != nil
        let isNamed =
            if isStored || shop != nil { false } else if let orderID { try await store.load(orderID) != nil } else {
                false
            }
        return PaymentOwner(of: shop, in: try await store.shopIdentity(), isStored: isStored, isNamed: isNamed)
    }

    /// Whose an intent is of which only the name is known: one that is not stored is read. What was made without an
    /// intent is not this shop's.
    ///
    /// - Throws: ``JobFailure`` when the provider cannot be asked.
    func owner(of id: PaymentIntent.ID?) async throws -> PaymentOwner {
        guard let id else { return .unproven }
        if try await store.load(intent: id) != nil { return .thisShop }
        return try await stepsOfJob {
            do {
                return try await owner(of: try await payments.retrieve(id))
            } catch PaymentFailure.notFound {
                return .unproven
            }
        }
    }
}
