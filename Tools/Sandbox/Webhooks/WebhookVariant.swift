import JSON

/// How a webhook is sent: as the provider would, or forged in one of the ways a receiver must notice.
enum WebhookVariant: String, Sendable {
    case genuine
    /// Signed with a secret that is not the shop's.
    case badSignature = "bad_signature"
    /// Signed an hour ago, as a recorded one would be that somebody plays again.
    case oldTimestamp = "old_timestamp"
    /// Of real money, `livemode` true.
    case otherMode = "other_mode"

    /// What goes out when an event is first sent. A forgery comes besides the genuine one, never instead of it: a
    /// receiver that refuses it loses nothing, one that takes it does something twice.
    static func firstRound(under fault: FaultRule?) -> [WebhookVariant] {
        switch fault?.kind {
        case .webhookDuplicate: Array(repeating: .genuine, count: fault?.copies ?? 2)
        case .webhookBadSignature: [.badSignature, .genuine]
        case .webhookOldTimestamp: [.oldTimestamp, .genuine]
        case .webhookOtherMode: [.otherMode, .genuine]
        default: [.genuine]
        }
    }

    /// The body and its signature for one event.
    func message(of event: Event, secrets: [String], at now: Int64) -> (body: String, signature: String) {
        let body = (self == .otherMode ? event.liveTwin : event.wire).text
        let signed = self == .badSignature ? ["whsec_of_somebody_else"] : secrets
        return (body, WebhookSignature.header(of: body, secrets: signed, at: self == .oldTimestamp ? now - 3_600 : now))
    }
}
