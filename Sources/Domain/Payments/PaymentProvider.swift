package import FoundationEssentials

/// Where the shop's money moves, and where it is refunded: the calls the shop makes, as `Domain` sees them.
///
/// Charging takes two steps so that money only ever moves under an identifier that is already stored: ``create(_:)``
/// makes an intent that moves nothing, its identifier is committed, and ``confirm(_:method:key:)`` then charges it. One
/// intent succeeds at most once.
package protocol PaymentProvider: Sendable {
    /// Makes an unconfirmed intent. No money moves; an intent that is never confirmed can be forgotten.
    func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent

    /// Charges the intent with a payment method of the provider, such as `pm_card_visa`.
    ///
    /// - Throws: ``PaymentFailure/declined(_:_:)`` when the card was refused, which is final for this key.
    func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent

    /// Reads the intent as it stands at the provider: the way to find out what became of a call whose answer was lost.
    func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent

    /// Gives the intent up so that it can never be charged. An intent that has already succeeded answers
    /// ``PaymentFailure/unexpectedState(_:)`` with the intent.
    func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent

    /// Captures the money that an intent has authorized, or a part of it; the rest is voided. An intent in any
    /// other state answers ``PaymentFailure/unexpectedState(_:)``; one that was captured before shows it there.
    ///
    /// - Parameter amount: all that is held when `nil`.
    func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent

    /// Refunds money of a succeeded intent. More than is left of it answers ``PaymentFailure/invalidRequest(_:)``,
    /// and nothing moves.
    func refund(_ request: ProviderRefundRequest) async throws(PaymentFailure) -> ProviderRefund

    /// Reads a refund as it stands at the provider.
    func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund

    /// The refunds of an intent, the latest first, at most a hundred: the way to find one whose answer was lost.
    func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund]

    /// Intents made at or after a time by the provider's clock, the latest first, a page at a time.
    ///
    /// - Parameter after: ``ProviderPage/next`` of the page before, `nil` for the first.
    func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<PaymentIntent>

    /// Refunds made at or after a time by the provider's clock, the latest first, a page at a time.
    func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<ProviderRefund>
}

/// Whether money is real.
package enum PaymentMode: String, CaseIterable, Sendable {
    /// Play money.
    case test
    /// Real money.
    case live
}

/// One page of a list of the provider's.
package struct ProviderPage<Item: Sendable>: Sendable {
    /// What the page holds, in the list's order.
    package let items: [Item]
    /// The provider's ids of entries that make no sense here, such as one in a currency we do not know. None of them is
    /// ours.
    package let unreadable: [String]
    /// Asks for the page after this one; `nil` on the last.
    package let next: String?

    /// Puts a page together from a provider's answer.
    package init(items: [Item], unreadable: [String] = [], next: String? = nil) {
        self.items = items
        self.unreadable = unreadable
        self.next = next
    }
}
