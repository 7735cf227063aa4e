import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// What a route knows of its request beyond the request itself: above all the connection, which injected faults close.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection the request came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Waits until the caller has hung up, or the task is canceled.
    func untilClosed() async {
        let (stream, signal) = AsyncStream.makeStream(of: Void.self)
        channel.closeFuture.whenComplete { _ in signal.finish() }
        for await _ in stream {}
    }
}

/// Marks every answer as the sandbox's, gives it a `Request-Id` where the route gave none, and answers unknown paths as
/// the provider does.
struct SandboxMarkMiddleware: RouterMiddleware {
    typealias Context = SandboxContext

    func handle(
        _ request: Request, context: SandboxContext,
        next: @concurrent (Request, SandboxContext) async throws -> Response
    )
        async throws
        -> Response
    {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            let refusal = Self.refusal(of: request, error.status)
            response = .json(refusal.body, status: error.status)
        } catch let error as JournalError {
            response = .json(StripeError.api(error.description).body, status: .internalServerError)
        }
        response.headers[.sandbox] = "cartwright"
        if response.headers[.requestID] == nil { response.headers[.requestID] = ProviderID.request() }
        return response
    }

    private static func refusal(of request: Request, _ status: HTTPResponse.Status) -> StripeError {
        let message =
            status == .notFound
            ? "Unrecognized request URL (\(request.method.rawValue): \(request.uri.path)). "
                + "This is the Cartwright sandbox; / lists what it knows."
            : "The request could not be read: \(status.reasonPhrase)."
        return .invalidRequest(status: status.code, code: nil, message: message)
    }
}
