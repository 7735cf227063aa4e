internal import Arithmetic
internal import Domain
internal import FoundationEssentials
internal import OutboundHTTP

/// What an answer of the mail provider's API means. Pure: this is the error table of the provider design in code.
struct SendGridAnswer {
    /// The longest wait that is taken from an answer.
    static let longestWait = 3600

    private struct Problems: Decodable {
        struct Problem: Decodable {
            let message: String?
            let field: String?
        }
        let errors: [Problem]
    }

    let response: OutboundResponse
    /// Seconds since 1970.
    let now: Int

    /// The receipt, or the failure the answer stands for.
    func receipt() throws(EmailFailure) -> EmailReceipt {
        switch response.status {
        case 202: return EmailReceipt(reference: response.headers["X-Message-Id"])
        case 429: throw .notYet(after: .seconds(wait), reason: summary)
        // The message is not to the provider's liking, and will not be the next time, unless it is the shop's own
        // address that is not.
        case 400: throw .notSent(reason: summary, fault: isAboutSender ? .shop : .mail)
        // Perhaps for this message alone, which is larger than others.
        case 413: throw .notSent(reason: summary, fault: .policy)
        // Nothing was taken, and it can go out once the settings are repaired.
        case 300...499: throw .notSent(reason: summary, fault: .shop)
        default: throw .outcomeUnknown(reason: summary)
        }
    }

    /// Until the limit is lifted: `X-RateLimit-Reset` is a time, `Retry-After` a number of seconds.
    private var wait: Int {
        let until = response.headers["X-RateLimit-Reset"].flatMap { Int($0) }.map { $0.saturatingSubtract(now) }
        let after = response.headers["Retry-After"].flatMap { Int($0) }
        return min(max(until ?? after ?? 10, 1), Self.longestWait)
    }

    private var problems: [Problems.Problem] {
        (try? JSONDecoder().decode(Problems.self, from: Data(response.body)))?.errors ?? []
    }

    /// Whether the provider complains of the sender's address, as it does of one that was never verified.
    private var isAboutSender: Bool {
        problems.contains {
            $0.field == "from" || $0.field?.hasPrefix("from.") == true || $0.field?.hasPrefix("from_") == true
        }
    }

    /// The provider's words, shortened, without what could be an address.
    private var summary: String {
        let words = problems.prefix(3).compactMap { problem in
            problem.message.map { (problem.field.map { "\($0): " } ?? "") + $0.prefix(200) }
        }
        let text = words.filter { !$0.contains("@") }.joined(separator: "; ")
        return "The mail provider answered \(response.status): \(text.isEmpty ? "no reason given" : text)"
    }
}
