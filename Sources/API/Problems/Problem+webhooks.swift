import HTTPTypes

/// Problems of those who tell us things.
extension Problem {
    /// One answer for every fault of a signature, so that none tells which check it failed.
    static var invalidSignature: Problem {
        Problem("invalid_signature", .badRequest, "Invalid signature", "The signature does not fit the body, or is not of now.")
    }

    static func wrongMode(isLive: Bool) -> Problem {
        Problem(
            "wrong_mode", .badRequest, "Wrong mode",
            "This shop takes \(isLive ? "play" : "real") money; the event is about \(isLive ? "real" : "play") money.")
    }
}
