/// Why a call to the payment provider gave no result, told apart by what may be done next.
///
/// See ``disposition`` for the rule that follows from each case.
package enum PaymentFailure: Error, Sendable, Hashable {
    /// The card was refused. Carries the intent where the provider sent it along.
    case declined(Decline, PaymentIntent?)
    /// An earlier call with the same key is still running.
    case inProgress
    /// The provider asks us to slow down; nothing was done. Its own figure for the wait, where it gave one.
    case rateLimited(retryAfter: Duration?)
    /// The call was not made: it is not its turn, or the provider fails and is left alone for a while. Ask again after
    /// the time.
    case unavailable(retryAfter: Duration, Hold)
    /// The intent is in a state in which this call makes no sense. Carries it where the provider sent it along.
    case unexpectedState(PaymentIntent?)
    /// The provider says itself that it knows no such object: a bug, or the key of another account.
    case notFound
    /// Our key or account is not accepted; every call will fail until a person acts.
    case configuration(String)
    /// The provider refuses the request as it stands; repeating it cannot help. With its own code, where it gave one.
    case invalidRequest(String, code: String? = nil)
    /// The provider knows no such payment method, or not for this; repeating the request cannot help, another payment
    /// method may.
    case unusableMethod(String)
    /// The request surely never reached the provider.
    case notSent(String)
    /// The provider may have acted on the request; only reading the intent back tells. `answered` when the provider
    /// said so itself, with a status of 500 or above: it replays such an answer under the same key for a day, so that
    /// key leads no further.
    case outcomeUnknown(String, answered: Bool = false)
}

extension PaymentFailure {
    /// Why a call was not made.
    package enum Hold: Sendable, Hashable {
        /// Others are before it, or the provider has asked for a pause.
        case turn
        /// The provider fails and is left alone for a while.
        case circuit
    }

    /// What is to be done after a failure.
    package enum Disposition: Sendable, Hashable {
        /// The answer is definite: record it, do not repeat the call under this key.
        case settle
        /// Repeat the same call with the same key, after the provider's own wait where it named one.
        case retrySameKey(after: Duration?)
        /// Read the intent back and go on from the state it is in. Where no intent is known yet, repeat the creation
        /// with the same key: it moves no money.
        case readBack
        /// Stop calling the provider until a person has repaired the settings.
        case openCircuit
        /// Give up and keep the job for a person: a bug.
        case deadLetter
    }

    /// The rule for this failure (checkout design, "Provider failures").
    package var disposition: Disposition {
        switch self {
        case .declined: .settle
        case .inProgress, .notSent: .retrySameKey(after: nil)
        case .rateLimited(let retryAfter): .retrySameKey(after: retryAfter)
        case .unavailable(let retryAfter, _): .retrySameKey(after: retryAfter)
        case .unexpectedState, .outcomeUnknown: .readBack
        case .configuration: .openCircuit
        case .notFound, .invalidRequest, .unusableMethod: .deadLetter
        }
    }

    /// The provider's last word on a payment, where this is one: its order can end, because no repetition will ever be
    /// answered otherwise. Not so where the provider does not know the intent, which may be ours and known to another
    /// of its accounts.
    package var refusal: PaymentRefusal? {
        switch self {
        // Without a code it is not the provider's word, but that of something on the way, or a bug of ours.
        case .invalidRequest(_, let code): code.map { PaymentRefusal(code: $0) }
        case .unusableMethod: .unusableMethod
        case .declined, .inProgress, .rateLimited, .unavailable, .unexpectedState, .notFound, .configuration, .notSent,
            .outcomeUnknown:
            nil
        }
    }

    /// A short stable name for logs, metrics and attempt records.
    package var code: String {
        switch self {
        case .declined: "declined"
        case .inProgress: "in_progress"
        case .rateLimited: "rate_limited"
        case .unavailable: "unavailable"
        case .unexpectedState: "unexpected_state"
        case .notFound: "not_found"
        case .configuration: "configuration"
        case .invalidRequest: "invalid_request"
        case .unusableMethod: "unusable_method"
        case .notSent: "not_sent"
        case .outcomeUnknown: "outcome_unknown"
        }
    }
}

extension PaymentFailure {
    /// Why the provider refuses what was asked for, in its own words where it has any: what is kept of it and shown to
    /// operators.
    package var reason: String {
        switch self {
        case .declined(let decline, _): decline.declineCode ?? decline.code
        case .unexpectedState(let intent): code + (intent.map { ": the payment is \($0.status.rawValue)" } ?? "")
        case .invalidRequest(let reason, _), .unusableMethod(let reason), .configuration(let reason),
            .notSent(let reason),
            .outcomeUnknown(let reason, _):
            reason
        case .inProgress, .rateLimited, .unavailable, .notFound: code
        }
    }
}

extension PaymentFailure: CustomStringConvertible {
    /// What happened, for logs and operators. Holds no secrets.
    package var description: String {
        switch self {
        case .declined(let decline, _): "The card was declined: \(decline.declineCode ?? decline.code)."
        case .inProgress: "An earlier call with the same key is still running at the payment provider."
        case .rateLimited(let wait): "The payment provider asks us to slow down" + (wait.map { ", for \($0)." } ?? ".")
        case .unavailable(_, .turn):
            "The payment provider is called as often as it may be; this call waits for its turn."
        case .unavailable(_, .circuit): "The payment provider fails at present; this call waits until it is back."
        case .unexpectedState(let intent):
            "The payment is in another state than expected" + (intent.map { ": \($0.status.rawValue)." } ?? ".")
        case .notFound: "The payment provider knows no such payment."
        case .configuration(let reason): "The payment provider does not accept our settings: \(reason)"
        case .invalidRequest(let reason, _): "The payment provider refused the request: \(reason)"
        case .unusableMethod(let reason): "The payment provider refused the payment method: \(reason)"
        case .notSent(let reason): "The payment provider was not reached: \(reason)"
        case .outcomeUnknown(let reason, _): "Whether the payment provider acted is not known: \(reason)"
        }
    }
}

/// A card that was refused, in the provider's words.
package struct Decline: Error, Sendable, Hashable {
    /// What went wrong, such as `card_declined` or `expired_card`.
    package let code: String
    /// The bank's reason where it gave one, such as `insufficient_funds`.
    package let declineCode: String?
    /// A sentence that may be shown to the customer.
    package let message: String
    /// The provider's name for the card, the same however often it is entered; `nil` where it gave none.
    package let fingerprint: String?

    /// Keeps a refusal as the provider put it.
    package init(code: String, declineCode: String? = nil, message: String, fingerprint: String? = nil) {
        self.code = code
        self.declineCode = declineCode
        self.message = message
        self.fingerprint = fingerprint
    }
}

/// The payment provider's last word: it will not carry a payment out as it was asked to, however often it is asked.
/// Nothing has moved.
package struct PaymentRefusal: Hashable, Sendable {
    /// Why, as it is stored with the order and shown: the provider's code, such as `amount_too_small`, or the type of
    /// its error where it gave none.
    package let code: String

    /// Keeps a provider's word.
    package init(code: String) {
        self.code = code
    }

    /// The payment method cannot be used; another one may. Providers have codes of their own for it.
    package static let unusableMethod = PaymentRefusal(code: "payment_method_unusable")
}
