import HTTPTypes

/// Header names of our own and those HTTPTypes does not list. All are valid tokens, so making them cannot fail.
extension HTTPField.Name {
    static let requestID = known("X-Request-Id")
    static let forwardedFor = known("X-Forwarded-For")
    static let rateLimit = known("RateLimit")
    static let rateLimitPolicy = known("RateLimit-Policy")
    static let cartToken = known("X-Cart-Token")
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotentReplayed = known("Idempotent-Replayed")
    static let accelBuffering = known("X-Accel-Buffering")
    static let lastEventID = known("Last-Event-ID")
    static let prefer = known("Prefer")
    static let preferenceApplied = known("Preference-Applied")
    static let referrerPolicy = known("Referrer-Policy")
    static let sendGridSignature = known("X-Twilio-Email-Event-Webhook-Signature")
    static let sendGridTimestamp = known("X-Twilio-Email-Event-Webhook-Timestamp")
    static let traceparent = known("traceparent")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no valid header name") }
        return field
    }
}
