extension FaultKind {
    /// What it does, in a sentence for people.
    var meaning: String {
        switch self {
        case .dropBefore: "The connection closes before anything runs."
        case .dropAfterCommit: "The call takes effect, the connection closes without an answer."
        case .error500Before: "A 500 before anything runs; nothing is kept under the key."
        case .error500AfterCommit: "The call takes effect, a 500 is answered and kept under the key."
        case .slow: "The call only takes longer."
        case .badRequest: "A 400, as if the request were wrong."
        case .conflict: "A 409, as if the key were in flight."
        case .rateLimited: "A 429 with Retry-After."
        case .truncatedBody: "The call takes effect, half of its answer arrives."
        case .garbage: "The call takes effect, its answer is a 200 that says nothing."
        case .hang: "Nothing runs, nothing is answered, the connection stays open."
        case .reject4xx: "A temporary refusal: 451 by SMTP, 503 by the API."
        case .reject5xx: "A permanent refusal: 550 by SMTP, 400 by the API."
        case .dropAfterDot: "The mail is taken, the connection closes without a word."
        case .loseAfterDot: "The connection closes after the content and the mail is gone."
        case .mailRateLimited: "A 429 with X-RateLimit-Reset by the API, 451 by SMTP."
        case .acceptThenDrop: "The mail is accepted and never delivered."
        case .acceptThenBounce: "The mail is accepted and comes back."
        case .webhookDuplicate: "Events are sent several times at once."
        case .webhookReorder: "Another event of the same order goes out first."
        case .webhookLate: "Events are sent later."
        case .webhookBadSignature: "A copy signed with another secret comes along."
        case .webhookOldTimestamp: "A copy signed an hour ago comes along."
        case .webhookBeforeAnswer: "Events are sent before the call that caused them is answered."
        case .webhookOtherMode: "A twin of live mode comes along."
        }
    }
}
