/// What one check found.
struct Finding: Encodable, Equatable, Sendable {
    /// How a check came out.
    enum Verdict: String, Encodable, Sendable {
        /// As it should be.
        case ok
        /// Works, and yet somebody should look at it.
        case warning
        /// Not as it must be.
        case failed
        /// Could not be looked at, because something before it failed.
        case skipped

        /// As shown to people; what failed is loud.
        var label: String { self == .failed ? "FAIL" : rawValue }
    }

    /// What was looked at: `redis.eviction`.
    let check: String
    let verdict: Verdict
    /// What was found, in one sentence.
    let detail: String
    /// What to do about it.
    let advice: String?

    static func ok(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, verdict: .ok, detail: detail, advice: nil)
    }

    static func warning(_ check: String, _ detail: String, _ advice: String) -> Finding {
        Finding(check: check, verdict: .warning, detail: detail, advice: advice)
    }

    static func failed(_ check: String, _ detail: String, _ advice: String?) -> Finding {
        Finding(check: check, verdict: .failed, detail: detail, advice: advice)
    }

    static func skipped(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, verdict: .skipped, detail: detail, advice: nil)
    }

    /// The failure of a check that could not be carried out.
    static func failed(_ check: String, _ error: any Error) -> Finding {
        let failure = Failure.explaining(error) ?? Failure("\(error)")
        return failed(check, failure.message, failure.advice)
    }
}
