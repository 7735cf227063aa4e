import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Answers before a body has been read to its end as one that is too large is: the answer goes out at once, a bounded part of what still comes
/// is read, so that the client gets to see the answer, and then the connection closes. Without this, a client that sends
/// `Connection: close` and more than the server wants waits for ever, and so does the server for it.
struct BodyDrainMiddleware: RouterMiddleware {
    typealias Context = SandboxContext

    /// How much is read of what nobody wanted, in bytes.
    static let mostBytes = 64 * 1024 * 1024
    /// For how long, at most.
    static let longest = Duration.seconds(5)

    func handle(_ request: Request, context: SandboxContext, next: @concurrent (Request, SandboxContext) async throws -> Response)
        async throws
        -> Response
    {
        let (body, progress) = (request.body, BodyProgress())
        var request = request
        request.body = RequestBody(asyncSequence: TrackedBody(base: body, progress: progress))
        var response = try await next(request, context)
        guard !progress.isAtEnd else { return response }
        let (answer, channel, closes) = (response.body, context.channel, request.headers[.connection]?.lowercased() == "close")
        let length = answer.contentLength
        response.body = ResponseBody(contentLength: length) { writer in
            try await answer.write(writer)
            let isAtEnd = await Self.drain(body)
            if closes || !isAtEnd { channel.close(promise: nil) }
        }
        return response
    }

    /// Reads what still comes; false when that is more, or slower, than can be waited for.
    private static func drain(_ body: RequestBody) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                var bytes = 0
                do {
                    for try await buffer in body {
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

/// Whether a body has been read to its end.
private final class BodyProgress: Sendable {
    private let state = Atomic(false)

    var isAtEnd: Bool { state.load(ordering: .relaxed) }

    func end() { state.store(true, ordering: .relaxed) }
}

/// A body that notes when it has been read to its end.
private struct TrackedBody: AsyncSequence, Sendable {
    let base: RequestBody
    let progress: BodyProgress

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), progress: progress) }

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        let progress: BodyProgress

        @concurrent mutating func next() async throws -> ByteBuffer? {
            let buffer = try await base.next()
            if buffer == nil { progress.end() }
            return buffer
        }
    }
}
