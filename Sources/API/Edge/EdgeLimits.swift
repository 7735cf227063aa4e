import Bootstrap
import HTTPTypes
import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// What one connection may cost before a request is passed on, and all of them together.
struct EdgeLimits: Sendable {
    /// Path and query together.
    var targetBytes = Limits.targetBytes
    /// All header fields together.
    var headerBytes = Limits.headerBytes
    /// From the first byte of a head to its last.
    var headTime = TimeAmount.seconds(10)
    /// A body may take this long, longer by a second for so many bytes that have come, and never longer than
    /// ``bodyTime``.
    var bodyGrace = TimeAmount.seconds(10)
    var bodyBytesPerSecond = 1_024
    var bodyTime = TimeAmount.seconds(60)
    /// How long a client that was refused may go on sending, so that it gets to read the answer, and how much.
    var lingerTime = TimeAmount.seconds(5)
    var droppedBytes = Limits.drainedBytes
    /// How long a client may take to read the last answer.
    var writeTime = TimeAmount.seconds(30)
    /// Bodies that are held in memory at the same time, of all connections.
    var heldBodyBytes = 67_108_864
    var connectionsPerAddress = 256
    var connections = min(20_000, Self.connectionsForDescriptors())

    /// As many connections as the process has descriptors for, less those it needs for itself: the servers, files, new
    /// connections that are about to be refused. Raises the soft limit to the hard one first, as a server should.
    static func connectionsForDescriptors() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, 65_536)
            if raised.rlim_cur > limit.rlim_cur, setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
                limit = raised
            }
        }
        let descriptors = Int(clamping: limit.rlim_cur)
        return max(16, descriptors - min(256, descriptors / 2))
    }
}

extension EdgeLimits {
    /// What an operator has set, and the standard for the rest.
    ///
    /// - Throws: ``StartupError`` when the process may not open descriptors for so many connections.
    init(_ settings: EdgeSettings) throws(StartupError) {
        let available = Self.connectionsForDescriptors()
        if let wanted = settings.connections, wanted > available {
            throw StartupError(
                "HTTP_MAX_CONNECTIONS: this process has file descriptors for \(available) connections, not for "
                    + "\(wanted). Raise its limit (ulimit -n, LimitNOFILE=) or set less.")
        }
        self.init(
            headTime: TimeAmount(settings.requestTime), bodyGrace: TimeAmount(settings.requestTime),
            bodyTime: TimeAmount(settings.requestTime * 6), heldBodyBytes: settings.bodyBytes,
            connectionsPerAddress: settings.connectionsPerAddress,
            connections: settings.connections ?? min(20_000, available))
    }
}

/// Why the edge answers a request itself.
enum Refusal: Error, Equatable {
    case malformed(String)
    case headTooSlow
    case bodyTooSlow
    case bodyTooLarge(Int)
    case targetTooLong(Int)
    case headersTooLarge(Int)
    case unknownExpectation
    case methodNotServed
    case tooManyConnections
    case tooManyBodies

    /// The answer.
    var problem: Problem {
        switch self {
        case .malformed(let detail): .badRequest(detail)
        case .headTooSlow: .requestTimeout("The head of the request took too long.")
        case .bodyTooSlow: .requestTimeout("The body of the request came too slowly.")
        case .bodyTooLarge(let limit): .tooLarge(limit)
        case .targetTooLong(let limit): .uriTooLong(limit)
        case .headersTooLarge(let limit): .headersTooLarge(limit)
        case .unknownExpectation:
            Problem(
                "expectation_failed", .expectationFailed, "Expectation failed",
                "The only expectation met here is 100-continue.")
        case .methodNotServed: .methodNotAllowed([.get, .head, .post, .put, .patch, .delete, .options])
        case .tooManyConnections:
            Problem(
                "too_many_connections", .tooManyRequests, "Too many connections",
                "Your address has too many connections open. Use those, or close some."
            ).with(.retryAfter, "1")
        case .tooManyBodies:
            Problem("busy", .serviceUnavailable, "Busy", "Too many requests are being read. Try again shortly.").with(
                .retryAfter, "2")
        }
    }
}
