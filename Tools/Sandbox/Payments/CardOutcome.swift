/// What happens when a test payment method is charged (https://docs.stripe.com/testing).
enum CardOutcome: Sendable, Equatable {
    /// The money moves.
    case success
    case declined(Decline)
    /// The customer must authenticate first; then what stands in `then` happens.
    case authentication(then: Decline?)

    /// The answer takes its time; then what stands in `then` happens.
    case processing(then: Decline?)

    /// Whether the customer has to authenticate.
    var asksForAuthentication: Bool {
        if case .authentication = self { true } else { false }
    }

    /// The outcome of a payment method, or nil for one the sandbox does not know.
    static func of(_ paymentMethod: String) -> CardOutcome? { table[paymentMethod] }

    /// Every payment method the sandbox knows, in order.
    static var known: [String] { table.keys.sorted() }

    private static let table: [String: CardOutcome] = [
        "pm_card_visa": .success,
        "pm_card_visa_debit": .success,
        "pm_card_mastercard": .success,
        "pm_card_amex": .success,
        "pm_card_discover": .success,
        "pm_card_createDispute": .success,
        "pm_card_pendingRefund": .success,
        "pm_card_refundFail": .success,
        "pm_card_chargeDeclined": .declined(.generic),
        "pm_card_visa_chargeDeclined": .declined(.generic),
        "pm_card_chargeDeclinedInsufficientFunds": .declined(.insufficientFunds),
        "pm_card_visa_chargeDeclinedInsufficientFunds": .declined(.insufficientFunds),
        "pm_card_chargeDeclinedLostCard": .declined(.lostCard),
        "pm_card_visa_chargeDeclinedLostCard": .declined(.lostCard),
        "pm_card_chargeDeclinedStolenCard": .declined(.stolenCard),
        "pm_card_visa_chargeDeclinedStolenCard": .declined(.stolenCard),
        "pm_card_chargeDeclinedFraudulent": .declined(.fraudulent),
        "pm_card_visa_chargeDeclinedFraudulent": .declined(.fraudulent),
        "pm_card_chargeDeclinedVelocityLimitExceeded": .declined(.velocityExceeded),
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded": .declined(.velocityExceeded),
        "pm_card_chargeDeclinedExpiredCard": .declined(.expiredCard),
        "pm_card_chargeDeclinedIncorrectCvc": .declined(.incorrectCVC),
        "pm_card_chargeDeclinedProcessingError": .declined(.processingError),
        "pm_card_authenticationRequired": .authentication(then: nil),
        "pm_card_threeDSecure2Required": .authentication(then: nil),
        "pm_card_threeDSecureRequired": .authentication(then: nil),
        "pm_card_threeDSecureRequiredChargeDeclined": .authentication(then: .generic),
        // Debits take days at the provider, under payment_method_types us_bank_account; here they pass as cards do.
        "pm_usBankAccount_success": .processing(then: nil),
        "pm_usBankAccount_insufficientFunds": .processing(then: .insufficientFunds),
    ]
}
