import HTTPTypes

/// Problems of those who tell us of mails.
extension Problem {
    /// One answer for every fault of a signature, so that none tells which check it failed.
    static var mailEventsNotBelieved: Problem {
        Problem("invalid_signature", .badRequest, "Invalid signature", "The signature does not fit the body, or is not of now.")
    }
}
