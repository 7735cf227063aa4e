package import FoundationEssentials

/// Where the shop's money moves, and how it goes back: the calls the shop makes, as `Domain` sees them.
///
/// Charging takes two steps so that money only ever moves under an identifier that is already stored: ``create(_:)``
/// makes an intent that moves nothing, its identifier is committed, and ``confirm(_:method:key:)`` then charges it. One
/// intent succeeds at most once.
package protocol PaymentProvider: Sendable {
    /// Makes an unconfirmed intent. No money moves; an intent nobody confirms can be forgotten.
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

    /// Takes the money that an authorised intent has set aside, or a part of it; the rest is let go. An intent in any
    /// other state answers ``PaymentFailure/unexpectedState(_:)``; one that was captured before shows it there.
    ///
    /// - Parameter amount: all that is held when `nil`.
    func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent

    /// Gives money of a succeeded intent back. More than is left of it answers ``PaymentFailure/invalidRequest(_:)``,
    /// and nothing moves.
    func refund(_ request: RefundRequest) async throws(PaymentFailure) -> ProviderRefund

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
