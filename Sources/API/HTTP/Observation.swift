import Arithmetic
import HTTPTypes
import Hummingbird
import JobQueue
import Logging
import Metrics
import Synchronization
import Tracing

/// Measures and logs every request: duration by method, route and status.
///
/// Labels are bounded: routes are the router's patterns, methods are the ones the router knows, anything else is
/// `other`.
struct ObservationMiddleware: RouterMiddleware {
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
    private let timers = HTTPTimers()

    static func label(of method: HTTPRequest.Method) -> String {
        methods.contains(method) ? method.rawValue : "other"
    }

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = start.duration(to: .now)
        let method = Self.label(of: request.method)
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

/// Gives every request a span: the client's trace goes on where it sends one. It holds the route's pattern and no
/// address, query or body.
struct TracingMiddleware: RouterMiddleware {
    let tracer: any Tracer

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        var trace = InstrumentationContext.topLevel
        tracer.extract(request.headers, into: &trace, using: TraceFields())
        let method = ObservationMiddleware.label(of: request.method)
        let span = tracer.startSpan(method, context: trace, ofKind: .server)
        defer { span.end() }
        return try await InstrumentationContext.$current.withValue(span.context) {
            var context = context
            if let traceparent = JobTrace.current { context.logger[metadataKey: "traceparent"] = "\(traceparent)" }
            let response = try await next(request, context)
            let route = context.endpointPath
            if let route { span.operationName = "\(method) \(route)" }
            span.updateAttributes { attributes in
                attributes["http.request.method"] = method
                attributes["http.route"] = route
                attributes["http.response.status_code"] = Int(response.status.code)
                attributes["request.id"] = context.requestID
                if response.status.kind == .serverError { attributes["error.type"] = "\(response.status.code)" }
            }
            if response.status.kind == .serverError { span.setStatus(SpanStatus(code: .error)) }
            return response
        }
    }

    /// `traceparent` and `tracestate` of a request. Sent several times, they are joined, and no `traceparent` any more.
    private struct TraceFields: Extractor {
        func extract(key: String, from headers: HTTPFields) -> String? {
            HTTPField.Name(key).flatMap { headers[$0] }
        }
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
