internal import Synchronization

/// What a transfer thread is asked to do.
enum TransferWork: Sendable {
    case http(OutboundRequest)
    case smtp(SMTPSubmission)

    /// `scheme://host:port`, for messages.
    var origin: String {
        switch self {
        case .http(let request): URLCheck.origin(of: request.url)
        case .smtp(let mail): URLCheck.origin(of: mail.url)
        }
    }
}

/// What a transfer that went well brought back.
struct TransferAnswer: Sendable {
    /// HTTP status or SMTP reply code.
    var status: Int
    /// Header lines of the final answer; for SMTP the server's replies.
    var lines: [String]
    var body: [UInt8]
}

/// How a transfer ended.
typealias TransferOutcome = Result<TransferAnswer, OutboundError>

/// One transfer as seen from outside its thread: its identity, and whether it must stop.
final class TransferTicket: Sendable {
    private let canceled = Atomic<Bool>(false)

    /// Asks the transfer to stop; libcurl looks at this about once a second even while it waits with a blocking call.
    func cancel() {
        canceled.store(true, ordering: .releasing)
    }

    var isCancelled: Bool {
        canceled.load(ordering: .acquiring)
    }
}
