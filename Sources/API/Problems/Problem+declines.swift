import HTTPTypes
import Logging
import Metrics
import Storage

extension Problem {
    static func tooManyDeclines(_ declines: TooManyDeclines) -> Problem {
        Problem(
            "too_many_declines", .tooManyRequests, "Too many declined payments",
            "Too many payments were declined within an hour. Nothing was charged or set aside. Try again in \(declines.seconds) seconds."
        ).with(.retryAfter, String(declines.seconds))
    }
}

extension TooManyDeclines {
    /// Tells operators that somebody seems to try cards: in the log, and as `checkout_refused_after_declines_total`.
    func alert(_ logger: Logger) {
        Counter(label: "checkout_refused_after_declines_total", dimensions: [("source", source.rawValue)]).increment()
        logger.error(
            "a payment was refused after too many declines; somebody may be trying cards",
            metadata: ["source": "\(source.rawValue)"])
    }
}
