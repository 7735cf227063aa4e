/// Why a command gave up: what went wrong and what to try.
struct Failure: Error, Equatable, Sendable {
    /// One sentence, with what was expected.
    let message: String
    /// What the operator can do about it.
    let advice: String?
    /// The process's exit code.
    let status: ExitStatus

    init(_ message: String, advice: String? = nil, status: ExitStatus = .failure) {
        self.message = message
        self.advice = advice
        self.status = status
    }

    /// As it is written to standard error.
    var text: String {
        ["Error: \(message)", advice].compactMap(\.self).joined(separator: "\n")
    }
}
