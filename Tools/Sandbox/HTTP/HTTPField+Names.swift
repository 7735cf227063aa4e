import HTTPTypes

extension HTTPField.Name {
    /// The provider's name for one call, on every answer.
    static let requestID = fieldName("Request-Id")
    /// The caller's name for one operation, the same over every attempt.
    static let idempotencyKey = fieldName("Idempotency-Key")
    /// `true` on an answer that is a stored one.
    static let idempotentReplayed = fieldName("Idempotent-Replayed")
    /// On a replayed answer, the `Request-Id` of the call that ran.
    static let originalRequest = fieldName("Original-Request")
    /// The version of the API that a call asks for, and that it was answered in.
    static let stripeVersion = fieldName("Stripe-Version")
    /// Whether the same request may be sent again.
    static let stripeShouldRetry = fieldName("Stripe-Should-Retry")
    /// Asks for one fault on this request alone, for example `drop_after_commit` or `slow=300`.
    static let sandboxFault = fieldName("X-Sandbox-Fault")
    /// Says on every answer that no real provider gave it.
    static let sandbox = fieldName("X-Sandbox")

    /// The mail provider's name for one request.
    static let xMessageID = fieldName("X-Message-Id")
    /// Calls per second that the mail provider takes.
    static let rateLimitLimit = fieldName("X-RateLimit-Limit")
    /// Calls that are left of them.
    static let rateLimitRemaining = fieldName("X-RateLimit-Remaining")
    /// When there are new ones, in seconds since 1970.
    static let rateLimitReset = fieldName("X-RateLimit-Reset")

    private static func fieldName(_ text: String) -> HTTPField.Name {
        // The literals above are tokens of RFC 9110, so this initialiser cannot return nil for them.
        HTTPField.Name(text)!
    }
}
