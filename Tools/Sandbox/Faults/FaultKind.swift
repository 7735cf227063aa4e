/// The ways in which a provider misbehaves on demand.
enum FaultKind: String, Sendable, Codable, CaseIterable {
    /// Payments: the connection closes before anything runs.
    case dropBefore = "drop_before"
    /// Payments: the call takes effect, the connection closes without an answer.
    case dropAfterCommit = "drop_after_commit"
    /// Payments: a 500 before anything runs; nothing is kept under the key.
    case error500Before = "error_500_before"
    /// Payments: the call takes effect, and a 500 is answered and kept under the key.
    case error500AfterCommit = "error_500_after_commit"
    /// Payments: the call only takes longer (`ms`).
    case slow
    /// Payments: 400, as if the request were wrong; nothing is kept under the key.
    case badRequest = "400"
    /// Payments: 409, as if the key were in flight.
    case conflict = "409"
    /// Payments: 429 with `Retry-After`.
    case rateLimited = "429"
    /// Payments: the call takes effect, half of its answer arrives.
    case truncatedBody = "truncated_body"
    /// Payments: the call takes effect, the answer is a 200 that says nothing the caller could read (`shape`).
    case garbage
    /// Payments: nothing runs and nothing is answered until the caller hangs up.
    case hang
    /// Email: a temporary refusal (451, or 503 of the provider's API).
    case reject4xx = "reject_4xx"
    /// Email: a permanent refusal (550, or 400 of the provider's API).
    case reject5xx = "reject_5xx"
    /// Email: the message is taken and recorded, the connection closes before the 250 (or 202).
    case dropAfterDot = "drop_after_dot"
    /// Email: the connection closes after the content and the message is gone.
    case loseAfterDot = "lose_after_dot"
    /// Email: 429 of the provider's API with `X-RateLimit-Reset`; a temporary refusal by SMTP.
    case mailRateLimited = "mail_429"
    /// Email: the message is accepted and never delivered; the provider's API tells `dropped`.
    case acceptThenDrop = "accept_then_drop"
    /// Email: the message is accepted and bounces; the provider's API reports `bounce`.
    case acceptThenBounce = "accept_then_bounce"
    /// Webhooks: the event is sent several times at once (`copies`).
    case webhookDuplicate = "webhook_duplicate"
    /// Webhooks: another event of the same order goes out first.
    case webhookReorder = "webhook_reorder"
    /// Webhooks: the event is sent later (`ms`).
    case webhookLate = "webhook_late"
    /// Webhooks: a copy signed with another secret comes along.
    case webhookBadSignature = "webhook_bad_signature"
    /// Webhooks: a copy signed an hour ago comes along.
    case webhookOldTimestamp = "webhook_old_timestamp"
    /// Webhooks: the event is sent before the call that caused it is answered.
    case webhookBeforeAnswer = "webhook_before_answer"
    /// Webhooks: a twin of live mode comes along.
    case webhookOtherMode = "webhook_other_mode"

    /// Whom a fault is aimed at.
    enum Aim: Sendable {
        case payments, mail, webhooks
    }

    var aim: Aim {
        switch self {
        case .dropBefore, .dropAfterCommit, .error500Before, .error500AfterCommit, .slow, .badRequest, .conflict,
            .rateLimited,
            .truncatedBody, .garbage, .hang:
            .payments
        case .reject4xx, .reject5xx, .dropAfterDot, .loseAfterDot, .mailRateLimited, .acceptThenDrop, .acceptThenBounce:
            .mail
        case .webhookDuplicate, .webhookReorder, .webhookLate, .webhookBadSignature, .webhookOldTimestamp,
            .webhookBeforeAnswer,
            .webhookOtherMode:
            .webhooks
        }
    }
}

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
        case .dropAfterDot: "The email is accepted, the connection closes without a word."
        case .loseAfterDot: "The connection closes after the content and the email is lost."
        case .mailRateLimited: "A 429 with X-RateLimit-Reset by the API, 451 by SMTP."
        case .acceptThenDrop: "The email is accepted and never delivered."
        case .acceptThenBounce: "The email is accepted and bounces."
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
