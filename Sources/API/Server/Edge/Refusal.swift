import HTTPTypes

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
