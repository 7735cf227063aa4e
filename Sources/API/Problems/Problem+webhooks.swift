import HTTPTypes
import Storage

/// Problems of those who tell us things.
extension Problem {
    /// One answer for every fault of a signature, so that none tells which check it failed.
    static var invalidSignature: Problem {
        Problem(
            "invalid_signature", .badRequest, "Invalid signature",
            "The signature does not fit the body, or is not of now.")
    }

    static func eventHandled(_ event: WebhookEvent) -> Problem {
        Problem(
            "event_already_handled", .conflict, "Event already handled",
            "It was acted on (\(event.outcome ?? "handled")), and what it said is no longer kept: there is nothing left to do."
        )
    }

    static func wrongMode(isLive: Bool) -> Problem {
        Problem(
            "wrong_mode", .badRequest, "Wrong mode",
            "This shop takes \(isLive ? "play" : "real") money; the event is about \(isLive ? "real" : "play") money.")
    }
}
