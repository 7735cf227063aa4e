import HTTPTypes
import Hummingbird
import NIOCore

/// Answers before a body has been read to its end as one that is too large is: the answer goes out at once, a bounded
/// part of what still comes is read, so that the client gets to see the answer, and then the connection closes. Without
/// this, a client that sends `Connection: close` and more than the server wants waits for ever, and so does the server
/// for it.
struct BodyDrainMiddleware: RouterMiddleware {
    typealias Context = SandboxContext

    /// How much is read of what the route did not want, in bytes.
    static let mostBytes = 64 * 1024 * 1024
    /// For how long, at most.
    static let longest = Duration.seconds(5)

    func handle(
        _ request: Request, context: SandboxContext,
        next: @concurrent (Request, SandboxContext) async throws -> Response
    )
        async throws
        -> Response
    {
        let source = BodySource(request.body)
        var request = request
        request.body = RequestBody(asyncSequence: TrackedBody(source: source))
        var response = try await next(request, context)
        guard !source.isAtEnd else { return response }
        let (answer, channel, closes) = (
            response.body, context.channel, request.headers[.connection]?.lowercased() == "close"
        )
        let length = answer.contentLength
        response.body = ResponseBody(contentLength: length) { writer in
            try await answer.write(writer)
            let isAtEnd = await Self.drain(source)
            if closes || !isAtEnd { channel.close(promise: nil) }
        }
        return response
    }

    /// Reads what still comes; false when that is more, or slower, than can be waited for.
    private static func drain(_ source: BodySource) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                var bytes = 0
                do {
                    while let buffer = try await source.next() {
                        bytes += buffer.readableBytes
                        guard bytes <= mostBytes else { return false }
                    }
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                try? await Task.sleep(for: longest)
                return false
            }
            let isAtEnd = await group.next() ?? false
            group.cancelAll()
            return isAtEnd
        }
    }
}

/// The one reading of a body that there can be: the server allows no second one. The route reads first; what
/// it leaves, the drain reads.
///
/// Unchecked, because the two take turns: the drain begins when the route's answer is written.
private final class BodySource: @unchecked Sendable {
    private var iterator: RequestBody.AsyncIterator
    private(set) var isAtEnd = false

    init(_ body: RequestBody) {
        iterator = body.makeAsyncIterator()
    }

    @concurrent func next() async throws -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        let buffer = try await iterator.next()
        if buffer == nil { isAtEnd = true }
        return buffer
    }
}

/// A body as the route sees it.
private struct TrackedBody: AsyncSequence, Sendable {
    let source: BodySource

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: BodySource

        @concurrent mutating func next() async throws -> ByteBuffer? { try await source.next() }
    }
}
