/// Where the shop's money moves: the four calls a checkout makes, as `Domain` sees them.
///
/// Charging takes two steps so that money only ever moves under an identifier that is already stored: ``create(_:)`` makes an intent that
/// moves nothing, its identifier is committed, and ``confirm(_:method:key:)`` then charges it. One intent succeeds at most once.
public protocol PaymentProvider: Sendable {
    /// Makes an unconfirmed intent. No money moves; an intent nobody confirms can be forgotten.
    func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent

    /// Charges the intent with a payment method of the provider, such as `pm_card_visa`.
    ///
    /// - Throws: ``PaymentFailure/declined(_:_:)`` when the card was refused, which is final for this key.
    func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent

    /// Reads the intent as it stands at the provider: the way to find out what became of a call whose answer was lost.
    func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent

    /// Gives the intent up so that it can never be charged. An intent that has already succeeded answers
    /// ``PaymentFailure/unexpectedState(_:)`` with the intent.
    func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent
}
