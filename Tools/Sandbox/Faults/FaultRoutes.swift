import FoundationEssentials
import Hummingbird
import JSON

/// `GET`, `PUT` and `DELETE /_sandbox/faults`: what is in force, put in force, ended.
struct FaultRoutes: Sendable {
    let board: FaultInjector

    func add(to router: Router<SandboxContext>) {
        router.get("/_sandbox/faults") { _, _ in current }
        router.put("/_sandbox/faults") { request, _ in
            let body = try await request.body.collect(upTo: 64 * 1024)
            do {
                board.set(try JSONDecoder().decode(FaultOrder.self, from: Data(body.readableBytesView)))
            } catch let error as FaultError {
                return refusal(error.message)
            } catch let error as DecodingError {
                return refusal(Self.explain(error))
            }
            return current
        }
        router.delete("/_sandbox/faults") { _, _ in
            board.clear()
            return current
        }
    }

    private var current: Response {
        let body = (try? JSONEncoder().encode(board.report)) ?? Data()
        return .text(String(decoding: body, as: UTF8.self), type: "application/json")
    }

    private func refusal(_ message: String) -> Response {
        .json(StripeError.invalidRequest(code: nil, message: "Faults: \(message).").body, status: .badRequest)
    }

    private static func explain(_ error: DecodingError) -> String {
        let context: DecodingError.Context
        switch error {
        case .dataCorrupted(let found), .keyNotFound(_, let found), .typeMismatch(_, let found),
            .valueNotFound(_, let found):
            context = found
        @unknown default: return "the JSON could not be read"
        }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        let kinds = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
        return "\(place.isEmpty ? "the body" : place): \(context.debugDescription) Kinds are \(kinds)"
    }
}

/// The answer to `GET /_sandbox/faults`: what is in force, and how often it struck since it was last cleared.
struct FaultReport: Sendable, Encodable {
    /// The latency of most calls, or the median of it.
    let latencyMilliseconds: Int
    let latency: Latency
    let latencies: [String: Latency]
    let rateLimit: RateLimit?
    let faults: [FaultRule]
    /// How many calls, emails and events were hit, by kind of fault; `rate_limit` counts those beyond the limit.
    let struck: [String: Int]

    enum CodingKeys: String, CodingKey {
        case latencyMilliseconds = "latency_ms"
        case latency, latencies, faults, struck
        case rateLimit = "rate_limit"
    }

    init(_ plan: FaultPlan, struck: [String: Int]) {
        switch plan.latency {
        case .fixed(let milliseconds), .spread(median: let milliseconds, p99: _): latencyMilliseconds = milliseconds
        }
        latency = plan.latency
        latencies = Dictionary(uniqueKeysWithValues: plan.latencies.map { ($0.key.rawValue, $0.value) })
        rateLimit = plan.limiter?.limit
        faults = plan.rules
        self.struck = struck
    }
}

/// A fault that cannot be injected as asked.
struct FaultError: Error, Equatable {
    /// A sentence for the caller.
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
