/// Why a card was refused, in the provider's codes (https://docs.stripe.com/declines/codes).
struct Decline: Sendable, Codable, Equatable {
    let code: String
    let declineCode: String?
    let message: String

    static let generic = Decline(
        code: "card_declined", declineCode: "generic_decline", message: "Your card was declined.")
    static let insufficientFunds = Decline(
        code: "card_declined", declineCode: "insufficient_funds", message: "Your card has insufficient funds.")
    static let lostCard = Decline(code: "card_declined", declineCode: "lost_card", message: "Your card was declined.")
    static let stolenCard = Decline(
        code: "card_declined", declineCode: "stolen_card", message: "Your card was declined.")
    static let velocityExceeded = Decline(
        code: "card_declined", declineCode: "card_velocity_exceeded",
        message: "Your card was declined for making repeated attempts too frequently.")
    static let fraudulent = Decline(
        code: "card_declined", declineCode: "fraudulent", message: "Your card was declined.")
    static let expiredCard = Decline(code: "expired_card", declineCode: nil, message: "Your card has expired.")
    static let incorrectCVC = Decline(
        code: "incorrect_cvc", declineCode: nil, message: "Your card's security code is incorrect.")
    static let processingError = Decline(
        code: "processing_error", declineCode: nil,
        message: "An error occurred while processing your card. Try again in a little bit.")
    static let authenticationRequired = Decline(
        code: "authentication_required", declineCode: "authentication_required",
        message: "Your card was declined. This transaction requires authentication.")
    static let authenticationFailed = Decline(
        code: "payment_intent_authentication_failure", declineCode: nil,
        message:
            "The provided payment method has failed authentication. Provide a new payment method to complete this payment."
    )
}
