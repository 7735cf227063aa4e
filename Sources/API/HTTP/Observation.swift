import Arithmetic
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import Synchronization

/// Measures and logs every request: duration by method, route and status.
///
/// Labels are bounded: routes are the router's patterns, methods are the ones the router knows, anything else is
/// `other`.
struct ObservationMiddleware: RouterMiddleware {
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
    private let timers = HTTPTimers()

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = start.duration(to: .now)
        let method = Self.methods.contains(request.method) ? request.method.rawValue : "other"
        let route = context.endpointPath ?? "NotFound"
        timers.timer(method: method, route: route, status: response.status.code).recordNanoseconds(
            duration.wholeNanoseconds)
        context.logger.info(
            "request",
            metadata: [
                "method": "\(method)", "route": "\(route)", "status": "\(response.status.code)",
                "duration_ms": "\(duration.wholeMilliseconds)",
                "request_id": "\(context.requestID)",
            ])
        return response
    }
}

/// One timer per method, route and status, made on first use.
final class HTTPTimers: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private let timers = Mutex<[Key: Timer]>([:])

    func timer(method: String, route: String, status: Int) -> Timer {
        timers.withLock { timers in
            let key = Key(method: method, route: route, status: status)
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "http.server.request.duration",
                dimensions: [("method", method), ("route", route), ("status", String(status))],
                preferredDisplayUnit: .seconds)
            timers[key] = timer
            return timer
        }
    }
}
