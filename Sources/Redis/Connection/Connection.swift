import Glibc
import Logging

/// The thin shell around ``Reconnection`` and a role: owns the socket, decides nothing. Belongs to a
/// ``ConnectionThread``, which sleeps for it.
///
/// Writes as soon as there is something to say, even with replies outstanding; that is what makes pipelining implicit.
struct Connection<Role: LinkRole>: ~Copyable {
    typealias Instant = ContinuousClock.Instant

    /// What poll(2) is to wait for.
    struct Interest {
        /// Negative, which poll(2) skips, while there is no socket.
        var descriptor: Int32 = -1
        var writes = false
        var deadline: Instant?
    }

    /// What poll(2) said of the socket.
    struct Events {
        var readable = false
        var writable = false
    }

    var role: Role
    private let greeting: Handshake
    private let tls: TLSSettings?
    private let logger: Logger
    /// Told of each connection and of its end.
    private let status: LinkStatus?
    private(set) var destination: Destination
    private var reconnection: Reconnection
    private var socket: HiredisSocket?
    /// The kernel's send buffer is full; nothing more is taken from the role until it has room. What stays with the
    /// role stays unsent.
    private var isCongested = false

    /// Most bytes handed to hiredis before they are written.
    private static var chunk: Int { 256 * 1024 }

    init(
        role: Role, to destination: Destination, greeting: Handshake, tls: TLSSettings?, connectTimeout: Duration,
        status: LinkStatus? = nil,
        logger: Logger, at now: Instant
    ) {
        self.role = role
        self.destination = destination
        self.greeting = greeting
        self.tls = tls
        self.status = status
        self.logger = logger
        reconnection = Reconnection(connectTimeout: connectTimeout, at: now)
    }

    var isReady: Bool { reconnection.phase == .ready }

    /// What to wait for before the next ``advance(_:at:)``. (Mutating, because an optional socket cannot be looked at
    /// otherwise.)
    mutating func interest() -> Interest {
        var interest = Interest(descriptor: socket?.descriptor ?? -1, writes: isCongested, deadline: role.nextDeadline)
        if case .connecting = reconnection.phase { interest.writes = socket?.waitsToWrite ?? true }
        // Nothing is attempted while there is nowhere to go.
        if destination.endpoint != nil, let attempt = reconnection.nextDeadline {
            interest.deadline = interest.deadline.map { min($0, attempt) } ?? attempt
        }
        return interest
    }

    /// Does all there is to do now.
    /// - Returns: why the connection, or the attempt at one, was given up, if it was.
    mutating func advance(_ events: Events, at now: Instant) -> RedisError? {
        do throws(RedisError) {
            try moveBytes(events, at: now)
            try role.check(at: now, isReady: isReady)
            return nil
        } catch {
            let error = explained(error)
            drop(error, at: now)
            return error
        }
    }

    /// A server that hangs up before it has said a word is often one that was spoken to in the wrong way. Its own words
    /// about that are lost with the connection.
    private func explained(_ error: RedisError) -> RedisError {
        guard error.code == .connectionLost, case .greeting(greeting.count, _) = reconnection.phase else {
            return error
        }
        let advice =
            tls == nil
            ? "if the server speaks TLS at this port, use rediss://"
            : "if it asks for a certificate, name one that it trusts with 'cert' and 'key'"
        return RedisError(code: error.code, message: "\(error.message); \(advice)", maybeExecuted: error.maybeExecuted)
    }

    /// Goes to this server from now on, at once, and leaves another one for it.
    /// - Returns: whether that is a change. What poll(2) said before is then void.
    mutating func go(to endpoint: Endpoint, at now: Instant) -> Bool {
        guard destination.endpoint != endpoint else { return false }
        if socket != nil {
            drop(RedisError(code: .connectionLost, message: "another server is the master now"), at: now)
        }
        destination = .named(endpoint)
        reconnection.hurry(at: now)
        return true
    }

    /// Leaves the server it is connected to for the next one, at once. That is no failure: the server has done its
    /// part.
    mutating func moveOn(_ reason: RedisError, at now: Instant) {
        guard isReady else { return }
        leave(reason, at: now)
        reconnection.hurry(at: now)
    }

    /// Closes the socket for good.
    mutating func close() {
        socket = nil
        role.close()
    }

    private mutating func moveBytes(_ events: Events, at now: Instant) throws(RedisError) {
        guard let endpoint = destination.endpoint else { return }
        switch reconnection.advance(to: now) {
        case .nothing: break
        case .open: socket = try HiredisSocket.connecting(to: endpoint, tls: tls)
        case .giveUp:
            let advice = tls == nil ? "" : "; is this its TLS port?"
            throw RedisError(code: .connectFailed, message: "\(Role.peer) did not answer in time\(advice)")
        }
        if case .connecting = reconnection.phase {
            if events.writable || events.readable { try greet() }
            return
        }
        if events.readable { try receive(at: now) }
        if events.writable { isCongested = try socket?.flush() == false }
        if reconnection.phase == .ready { try send(at: now) }
    }

    private mutating func greet() throws(RedisError) {
        guard try socket?.finishConnecting() == true else { return }
        reconnection.opened(greetings: greeting.count)
        try socket?.append(greeting.encoded)
        isCongested = try socket?.flush() == false
    }

    private mutating func receive(at now: Instant) throws(RedisError) {
        try socket?.receive()
        while let value = try socket?.nextReply() {
            if case .greeting(let remaining, _) = reconnection.phase {
                try greeting.check(value, at: greeting.count - remaining)
                if reconnection.greeted(at: now) {
                    logger.info("connected to \(Role.peer)", metadata: destination.metadata)
                    role.connected(at: now)
                    status?.connected()
                }
            } else {
                try role.received(value, at: now)
                reconnection.proved()
            }
        }
    }

    private mutating func send(at now: Instant) throws(RedisError) {
        while !isCongested {
            var count = 0
            while count < Self.chunk, let bytes = role.nextOutgoing(at: now) {
                try socket?.append(bytes)
                count += bytes.count
            }
            guard count > 0 else { return }
            isCongested = try socket?.flush() == false
        }
    }

    private mutating func drop(_ error: RedisError, at now: Instant) {
        // Only the first of a row of failures is worth a line for people.
        logger.log(
            level: reconnection.attempt == 0 ? .warning : .debug, "no connection to \(Role.peer)",
            metadata: destination.metadata.merging(["reason": "\(error.message)"]) { $1 })
        leave(error, at: now)
        reconnection.lost(at: now, jitter: .random(in: 0..<1))
    }

    private mutating func leave(_ reason: RedisError, at now: Instant) {
        socket = nil
        isCongested = false
        destination.failed()
        status?.disconnected()
        role.lost(reason, at: now)
    }
}

extension Destination {
    /// Which of several servers; a fixed one is named by the configuration.
    fileprivate var metadata: Logger.Metadata {
        if case .fixed = self { return [:] }
        return endpoint.map { ["server": "\($0)"] } ?? [:]
    }
}
