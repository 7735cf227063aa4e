import DequeModule
import Synchronization

/// Hands requests that wait at the same time to one call of `perform`: one transaction for many orders, one statement
/// for many jobs.
///
/// It batches only what is already waiting. A request goes at once, alone, while fewer than `maximumConcurrency`
/// batches run; those that arrive later go together when a batch ends. So an idle system adds no delay, and a busy one
/// does less work per request.
///
/// There is no task behind it: the first waiting caller leads the next batch in its own task. When a batch of several
/// fails, each of its requests is performed again alone, so that one bad request fails alone.
public final class Batcher<Request: Sendable, Response: Sendable>: Sendable {
    private enum Turn: Sendable {
        case answered(Response)
        case lead([Waiter])
        case alone
    }

    private struct Waiter: Sendable {
        let request: Request
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State: Sendable {
        var running = 0
        var waiting: Deque<Waiter> = []
    }

    private let maximumBatch: Int
    private let maximumConcurrency: Int
    private let perform: @Sendable ([Request]) async throws -> [Response]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumBatch: most requests in one call.
    ///   - maximumConcurrency: most batches that run at once.
    ///   - perform: answers one response per request, in their order. Must leave no effect when it throws.
    public init(
        maximumBatch: Int, maximumConcurrency: Int = 1,
        perform: @escaping @Sendable ([Request]) async throws -> [Response]
    ) {
        precondition(maximumBatch > 0 && maximumConcurrency > 0)
        self.maximumBatch = maximumBatch
        self.maximumConcurrency = maximumConcurrency
        self.perform = perform
    }

    /// Performs the request in some batch, and throws what `perform` threw for it alone.
    public func submit(_ request: Request) async throws -> Response {
        switch await turn(for: request) {
        case .answered(let response): return response
        case .alone: return try await single(request)
        case .lead(let others): return try await lead(request, others)
        }
    }

    private func turn(for request: Request) async -> Turn {
        await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                guard state.running < maximumConcurrency else {
                    state.waiting.append(Waiter(request: request, continuation: continuation))
                    return false
                }
                state.running += 1
                return true
            }
            if leads { continuation.resume(returning: .lead([])) }
        }
    }

    private func lead(_ request: Request, _ others: [Waiter]) async throws -> Response {
        let result: Result<[Response], any Error>
        do {
            let responses = try await perform([request] + others.map(\.request))
            precondition(responses.count == others.count + 1, "a batch must be answered one to one")
            result = .success(responses)
        } catch {
            result = .failure(error)
        }
        passOn()
        switch result {
        case .success(let responses):
            for (waiter, response) in zip(others, responses.dropFirst()) {
                waiter.continuation.resume(returning: .answered(response))
            }
            return responses[0]
        case .failure(let error):
            for waiter in others { waiter.continuation.resume(returning: .alone) }
            guard !others.isEmpty else { throw error }
            return try await single(request)
        }
    }

    private func single(_ request: Request) async throws -> Response {
        let responses = try await perform([request])
        precondition(responses.count == 1, "a batch must be answered one to one")
        return responses[0]
    }

    /// Lets the first waiting caller lead the next batch, with those behind it.
    private func passOn() {
        let next: (leader: Waiter, others: [Waiter])? = state.withLock { state in
            guard let leader = state.waiting.popFirst() else {
                state.running -= 1
                return nil
            }
            let count = min(maximumBatch - 1, state.waiting.count)
            let others = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return (leader, others)
        }
        if let next { next.leader.continuation.resume(returning: .lead(next.others)) }
    }
}
