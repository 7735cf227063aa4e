import FoundationEssentials
import Hummingbird
import JSON

/// Which idempotency keys are running and which have an answer. A value without I/O.
///
/// Source: https://docs.stripe.com/api/idempotent_requests. A key is claimed when its call begins and either gets its
/// answer (``record(_:)``) or is released (``release(_:)``) when the call never began to run.
struct IdempotencyStore: Sendable {
    enum Decision: Equatable {
        /// The key is the caller's; it must be recorded or released.
        case run
        case replay(StoredAnswer)
        /// The key was used for another call.
        case mismatch
        /// The first call under the key has not ended.
        case inFlight
    }

    /// How long an answer is kept, in seconds.
    static let lifetime: TimeInterval = 24 * 3600

    private var answers: [String: StoredAnswer] = [:]
    /// Fingerprints of the calls that run now.
    private var running: [String: String] = [:]

    init() {}

    /// Claims a key for a call.
    mutating func begin(_ key: String, fingerprint: String, at now: Date) -> Decision {
        if let fingerprintRunning = running[key] { return fingerprintRunning == fingerprint ? .inFlight : .mismatch }
        if let answer = answers[key] {
            if now.timeIntervalSince(answer.at) < Self.lifetime {
                return answer.fingerprint == fingerprint ? .replay(answer) : .mismatch
            }
            answers[key] = nil
        }
        running[key] = fingerprint
        return .run
    }

    /// Keeps a call's answer and ends its claim.
    mutating func record(_ answer: StoredAnswer) {
        running[answer.key] = nil
        answers[answer.key] = answer
    }

    /// Ends a claim without an answer: the key is as good as never used.
    mutating func release(_ key: String) { running[key] = nil }

    /// Which keys have an answer, written as ``StoredAnswer/key``; those of one name, of any account, where given.
    func answered(under name: String?) -> [String] {
        answers.keys.filter { key in name == nil || key.drop { $0 != ":" }.dropFirst() == name ?? "" }
    }

    /// Drops answers, as if their time were up.
    mutating func forget(_ keys: [String]) {
        for key in keys { answers[key] = nil }
    }
}

/// The answer kept under an idempotency key, repeated to a caller that sends the key again.
struct StoredAnswer: Sendable, Codable, Equatable {
    /// Account and idempotency key.
    let key: String
    /// What the call did; another call under the same key is an error.
    let fingerprint: String
    let status: Int
    let body: String
    let requestID: String
    let at: Date
}

/// `DELETE /_sandbox/idempotency` forgets every answer kept under an idempotency key (`?key=`: under that one), as the
/// provider does after a day: the same call under the same key then runs again.
struct IdempotencyRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.delete("/_sandbox/idempotency") { request, _ in
            let forgotten = try await desk.forgetAnswers(under: request.uri.queryParameters["key"].map(String.init))
            return Response.json(.object([("forgotten", .integer(Int64(forgotten)))]))
        }
    }
}
