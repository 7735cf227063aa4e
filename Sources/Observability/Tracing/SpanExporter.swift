package import Logging
package import Metrics
import ServiceLifecycle
import Synchronization

/// Spans that have ended and wait to be sent. Bounded: what does not fit is counted and dropped, and no caller waits.
package final class SpanBuffer: Sendable {
    /// Most spans that wait. Some 10 MB.
    package static let standardCapacity = 8192

    private struct State {
        var waiting: [SpanRecord] = []
        /// How many at the front of `waiting` were taken already.
        var taken = 0

        var count: Int { waiting.count - taken }
    }

    private let capacity: Int
    private let batch: Int
    private let state = Mutex(State())
    private let overflows: Counter
    /// Something to do: a batch is full, or time has passed.
    let nudges: AsyncStream<Void>
    private let nudging: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - batch: how many spans are worth a request at once.
    ///   - metrics: where drops are counted.
    package init(
        capacity: Int = SpanBuffer.standardCapacity, batch: Int = 512,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.capacity = capacity
        self.batch = batch
        overflows = Counter(label: "trace_spans_dropped_total", dimensions: [("reason", "buffer")], factory: metrics)
        (nudges, nudging) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var count: Int { state.withLock { $0.count } }

    func add(_ span: SpanRecord) {
        let count: Int? = state.withLock { state in
            guard state.count < capacity else { return nil }
            state.waiting.append(span)
            return state.count
        }
        guard let count else { return overflows.increment() }
        if count.isMultiple(of: batch) { nudge() }
    }

    /// The oldest spans, at most a batch of them.
    func take() -> [SpanRecord] {
        state.withLock { state in
            let taken = Array(state.waiting[state.taken...].prefix(batch))
            state.taken += taken.count
            if state.taken == state.waiting.count {
                state = State()
            } else if state.taken >= capacity {
                state.waiting.removeFirst(state.taken)
                state.taken = 0
            }
            return taken
        }
    }

    /// Puts back what was taken and not sent.
    func putBack(_ spans: [SpanRecord]) {
        state.withLock { $0.waiting.insert(contentsOf: spans, at: $0.taken) }
    }

    func nudge() { nudging.yield() }
}

/// Sends ended spans to a collector: a batch as soon as it is full, and whatever there is every few seconds.
///
/// A batch that the collector does not take is dropped and counted, and the next one waits a while: a collector that is
/// away costs the shop nothing but the spans. On graceful shutdown what is left gets one second.
package final class SpanExporter: Service {
    /// Sends a body and returns the status of the answer.
    package typealias Send = @Sendable (_ body: [UInt8]) async throws -> Int

    private let buffer: SpanBuffer
    private let resource: TraceResource
    private let send: Send
    private let pace: Pace
    private let logger: Logger
    private let exported: Counter
    private let refused: Counter
    private let left: Counter
    private let complaints = Mutex<ContinuousClock.Instant?>(nil)

    /// How often and how long.
    package struct Pace: Sendable {
        /// Between two looks at what waits.
        package var interval: Duration = .seconds(2)
        /// After a failure.
        package var pause: Duration = .seconds(5)
        /// For all that is left at shutdown.
        package var lastCall: Duration = .seconds(1)

        package init() {}
    }

    package init(
        _ buffer: SpanBuffer, resource: TraceResource, pace: Pace = Pace(), logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory, send: @escaping Send
    ) {
        self.buffer = buffer
        self.resource = resource
        self.send = send
        self.pace = pace
        self.logger = logger
        exported = Counter(label: "trace_spans_exported_total", dimensions: [], factory: metrics)
        func dropped(_ reason: String) -> Counter {
            Counter(label: "trace_spans_dropped_total", dimensions: [("reason", reason)], factory: metrics)
        }
        refused = dropped("collector")
        left = dropped("shutdown")
    }

    /// Sends until graceful shutdown, and then what is left.
    package func run() async {
        await cancelWhenGracefulShutdown { await self.sendUntilCanceled() }
        if !Task.isCancelled { await flush() }
        left.increment(by: buffer.count)
    }

    private func sendUntilCanceled() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [buffer, pace] in
                while (try? await Task.sleep(for: pace.interval)) != nil { buffer.nudge() }
            }
            for await _ in buffer.nudges {
                while !Task.isCancelled {
                    let batch = buffer.take()
                    if batch.isEmpty { break }
                    guard await export(batch) else {
                        try? await Task.sleep(for: pace.pause)
                        break
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func flush() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [pace] in try? await Task.sleep(for: pace.lastCall) }
            group.addTask {
                while !Task.isCancelled {
                    let batch = self.buffer.take()
                    guard !batch.isEmpty, await self.export(batch) else { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Whether the collector has taken the batch.
    private func export(_ batch: [SpanRecord]) async -> Bool {
        let problem: String
        do {
            let status = try await send(OTLPDocument.bytes(batch, of: resource))
            if (200..<300).contains(status) {
                exported.increment(by: batch.count)
                return true
            }
            problem = "it answered \(status)"
        } catch {
            if Task.isCancelled {
                buffer.putBack(batch)
                return false
            }
            problem = "\(error)"
        }
        refused.increment(by: batch.count)
        complain(problem, spans: batch.count)
        return false
    }

    /// Once a minute at most.
    private func complain(_ problem: String, spans: Int) {
        let now = ContinuousClock.now
        let isDue = complaints.withLock { last in
            if let last, now - last < .seconds(60) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        logger.warning(
            "the trace collector does not take spans; they are dropped",
            metadata: ["error": "\(problem)", "spans": "\(spans)"])
    }
}
