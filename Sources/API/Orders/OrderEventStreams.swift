import Domain
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Synchronization

/// Tells clients what happens to their orders while it happens, as server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html) whose ids are the events' sequences.
///
/// Every event is read from the database, so a client gets each once, in order, whichever process wrote it and
/// whichever one the client is connected to. Messages over Redis only say when to look. A client whose connection ended
/// connects again with `Last-Event-ID`.
final class OrderEventStreams: Sendable {
    /// What one stream may cost.
    struct Bounds: Sendable {
        /// Streams of this process at the same time: each asks the database from time to time.
        var streams = 500
        /// A stream ends after so long, and its client connects again: its access token may have ended since.
        var time: Duration = .seconds(300)
        /// Messages may be lost, so the database is asked so often as well.
        var pause: Duration = .seconds(5)
        /// A comment is sent when nothing was for so long. It keeps proxies from closing the connection, and finds out
        /// clients that are gone.
        var silence: Duration = .seconds(15)
    }

    /// Holds one of the places, and gives it back when its answer is over or never begins.
    private final class Place: Sendable {
        let streams: OrderEventStreams
        init(_ streams: OrderEventStreams) { self.streams = streams }
        deinit { streams.taken.withLock { $0 -= 1 } }
    }

    private let orders: OrderStore
    private let notifier: OrderNotifier
    private let bounds: Bounds
    private let logger: Logger
    private let taken = Mutex(0)

    init(orders: OrderStore, notifier: OrderNotifier, bounds: Bounds = Bounds(), logger: Logger) {
        self.orders = orders
        self.notifier = notifier
        self.bounds = bounds
        self.logger = logger
    }

    /// Whether a client asks for a stream instead of a list.
    static func isWanted(_ request: Request) -> Bool {
        request.headers[values: .accept].flatMap { $0.split(separator: ",") }.contains { type in
            type.split(separator: ";").first?.trimmingSpaces.lowercased() == "text/event-stream"
        }
    }

    /// The sequence after which a client wants to go on; `nil` when it does not say.
    static func lastEventID(_ request: Request) throws(Problem) -> Int? {
        let fields = request.headers[values: .lastEventID]
        guard let field = fields.first else { return nil }
        guard fields.count == 1, let sequence = Int(field.trimmingSpaces), sequence >= 0 else {
            throw .invalid("Last-Event-ID", .invalidFormat, "Expected the id of an event of this stream.")
        }
        return sequence
    }

    /// An answer that goes on with what happens next.
    ///
    /// - Parameter events: what has happened up to now, after `sequence`.
    func response(
        of order: Order.ID, for viewer: OrderViewer, after sequence: Int, beginningWith events: [OrderEvent]
    ) throws(Problem) -> Response {
        let place = try place()
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
            body: ResponseBody { [self] writer in
                defer { withExtendedLifetime(place) {} }
                try await follow(order, viewer, sequence, events, &writer)
                try await writer.finish(nil)
            })
    }

    private func place() throws(Problem) -> Place {
        let isFree = taken.withLock { taken in
            guard taken < bounds.streams else { return false }
            taken += 1
            return true
        }
        guard isFree else {
            logger.warning("no more event streams are taken", metadata: ["streams": "\(bounds.streams)"])
            throw Problem(
                "too_many_streams", .serviceUnavailable, "Too many streams",
                "As many clients follow their orders as this server can tell. Ask for the list, or try again later."
            ).with(.retryAfter, "5")
        }
        return Place(self)
    }

    @concurrent private func follow(
        _ order: Order.ID, _ viewer: OrderViewer, _ sequence: Int, _ events: [OrderEvent],
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        // Listens before it looks again, so that no change falls between the two.
        let moments = moments(of: order)
        let end = ContinuousClock.now + bounds.time
        var (last, events) = (sequence, events)
        var spoke = ContinuousClock.now
        // How long a client waits before it connects again.
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        var iterator = moments.makeAsyncIterator()
        repeat {
            if let text = try Self.text(of: events) {
                try await writer.write(ByteBuffer(bytes: text))
                last = events.last?.sequence ?? last
                spoke = .now
            } else if .now - spoke >= bounds.silence {
                try await writer.write(ByteBuffer(string: ":\n\n"))
                spoke = .now
            }
            guard await iterator.next() != nil, ContinuousClock.now < end else { break }
            guard let next = await look(order, viewer, after: last) else { break }
            events = next
        } while true
    }

    /// What is new; `nil` when the order is not the viewer's any more.
    private func look(_ order: Order.ID, _ viewer: OrderViewer, after sequence: Int) async -> [OrderEvent]? {
        do {
            return try await orders.events(of: order, for: viewer, after: sequence)
        } catch {
            // The client learns it at the next look: nothing is lost.
            logger.warning(
                "an order's events could not be read", metadata: ["order_id": "\(order)", "error": "\(error)"])
            return []
        }
    }

    /// When to look: at each message about the order, and every so often. Ends when the server goes down, so that the
    /// client connects to another one.
    private func moments(of order: Order.ID) -> AsyncStream<Void> {
        let (moments, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let task = Task { [notifier, bounds] in
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    _ = await notifier.wait(for: order, atMost: bounds.pause)
                    continuation.yield()
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return moments
    }

    private static func text(of events: [OrderEvent]) throws -> [UInt8]? {
        if events.isEmpty { return nil }
        return try events.flatMap { event in
            Array("id: \(event.sequence)\ndata: ".utf8) + (try JSONResponse.data(OrderEventBody(event)))
                + Array("\n\n".utf8)
        }
    }
}
