import JSON

/// An answer of the payments stand-in before it becomes HTTP.
struct PaymentAnswer: Sendable, Equatable {
    var status: Int
    /// One JSON document, unless it is garbage.
    var body: String
    /// Media type of the body.
    var type = "application/json"
    /// The call's own id.
    var requestID: String
    /// The id of the call whose answer this repeats.
    var replayOf: String?
    /// What `Stripe-Should-Retry` says; nil leaves it out.
    var shouldRetry: Bool?
    /// What `Retry-After` says, in seconds.
    var retryAfter: Int?

    init(_ error: StripeError, requestID: String, shouldRetry: Bool? = nil, retryAfter: Int? = nil) {
        self.init(
            status: error.status, body: error.body.text, requestID: requestID, shouldRetry: shouldRetry,
            retryAfter: retryAfter)
    }

    init(
        status: Int, body: String, requestID: String, replayOf: String? = nil, shouldRetry: Bool? = nil,
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.body = body
        self.requestID = requestID
        self.replayOf = replayOf
        self.shouldRetry = shouldRetry
        self.retryAfter = retryAfter
    }

    /// A finished call's answer.
    init(_ result: Result<JSONValue, StripeError>, requestID: String) {
        switch result {
        case .success(let body): self.init(status: 200, body: body.text, requestID: requestID)
        case .failure(let error): self.init(error, requestID: requestID, shouldRetry: false)
        }
    }

    /// This answer as it never was: a 200 that says nothing.
    func garbled(as shape: FaultRule.Shape) -> PaymentAnswer {
        var answer = self
        answer.status = 200
        switch shape {
        case .html:
            answer.type = "text/html"
            answer.body = "<html><body><h1>It works!</h1></body></html>"
        case .json: answer.body = #"{"object":"balance","livemode":false,"available":[],"pending":[]}"#
        }
        return answer
    }
}
