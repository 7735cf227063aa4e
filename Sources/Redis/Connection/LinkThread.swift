import Glibc
import Logging
import Threading

/// The thin shell around ``Reconnection`` and a role: owns the thread, the socket and the `poll(2)` loop, decides nothing.
///
/// Writes as soon as messages come, even with replies outstanding; that is what makes pipelining implicit.
struct LinkThread<Role: LinkRole>: ~Copyable {
    private let mailbox: Mailbox<Role.Message>
    private let status: LinkStatus
    private let endpoint: RedisConfiguration.Endpoint
    private let greeting: Greeting
    private let logger: Logger
    private var role: Role
    private var reconnection: Reconnection
    private var socket: HiredisSocket?
    /// The kernel's send buffer is full; nothing more is taken from the role until it has room. What stays with the role stays unsent.
    private var isCongested = false
    private var now: ContinuousClock.Instant

    /// Most bytes handed to hiredis before they are written.
    private static var chunk: Int { 256 * 1024 }

    /// Starts a thread that keeps a connection until the mailbox is closed.
    static func start(
        name: String, role: Role, configuration: RedisConfiguration, mailbox: Mailbox<Role.Message>, status: LinkStatus, logger: Logger
    ) {
        _ = OSThread.start(name: name) {
            var link = LinkThread(role: role, configuration: configuration, mailbox: mailbox, status: status, logger: logger)
            link.run()
        }
    }

    private init(role: Role, configuration: RedisConfiguration, mailbox: Mailbox<Role.Message>, status: LinkStatus, logger: Logger) {
        self.mailbox = mailbox
        self.status = status
        self.endpoint = configuration.endpoint
        self.greeting = Greeting(configuration)
        var logger = logger
        logger[metadataKey: "redis"] = "\(configuration)"
        self.logger = logger
        self.role = role
        now = .now
        reconnection = Reconnection(connectTimeout: configuration.connectTimeout, at: now)
    }

    private mutating func run() {
        while true {
            let events = sleep()
            now = .now
            if events.mailbox {
                role.handle(mailbox.drain(), at: now)
                if mailbox.isClosed { break }
            }
            do throws(RedisError) {
                try moveBytes(isReadable: events.readable, isWritable: events.writable)
                try role.check(at: now, isReady: reconnection.phase == .ready)
            } catch {
                drop(error)
            }
        }
        socket = nil
        role.close()
        status.ended()
    }

    /// Sleeps until a message, the socket or a deadline calls.
    private mutating func sleep() -> (mailbox: Bool, readable: Bool, writable: Bool) {
        var wantsToWrite = isCongested
        if case .connecting = reconnection.phase { wantsToWrite = true }
        // poll(2) skips negative descriptors.
        var set = [
            pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket?.descriptor ?? -1, events: Int16(wantsToWrite ? POLLIN | POLLOUT : POLLIN), revents: 0),
        ]
        _ = poll(&set, nfds_t(set.count), timeout)
        let failed = Int32(set[1].revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
        return (
            set[0].revents != 0, Int32(set[1].revents) & POLLIN != 0 || failed,
            wantsToWrite && (Int32(set[1].revents) & POLLOUT != 0 || failed)
        )
    }

    /// Milliseconds until the next deadline, rounded up so that it has passed after waking; -1 for no end.
    private var timeout: Int32 {
        guard let deadline = [reconnection.nextDeadline, role.nextDeadline].compactMap({ $0 }).min() else { return -1 }
        let (seconds, attoseconds) = max(.zero, deadline - .now).components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private mutating func moveBytes(isReadable: Bool, isWritable: Bool) throws(RedisError) {
        switch reconnection.advance(to: now) {
        case .nothing: break
        case .open: socket = try HiredisSocket.connecting(to: endpoint)
        case .giveUp: throw RedisError(code: .connectFailed, message: "Redis did not answer in time")
        }
        if case .connecting = reconnection.phase {
            if isWritable { try greet() }
            return
        }
        if isReadable { try receive() }
        if isWritable { isCongested = try socket?.flush() == false }
        if reconnection.phase == .ready { try send() }
    }

    private mutating func greet() throws(RedisError) {
        try socket?.finishConnecting()
        reconnection.opened(greetings: greeting.count)
        try socket?.append(greeting.encoded)
        isCongested = try socket?.flush() == false
    }

    private mutating func receive() throws(RedisError) {
        try socket?.receive()
        while let value = try socket?.nextReply() {
            if case .greeting(let remaining, _) = reconnection.phase {
                try greeting.check(value, at: greeting.count - remaining)
                if reconnection.greeted(at: now) {
                    logger.info("connected to Redis")
                    role.connected(at: now)
                    status.connected()
                }
            } else {
                try role.received(value, at: now)
                reconnection.proved()
            }
        }
    }

    private mutating func send() throws(RedisError) {
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

    private mutating func drop(_ error: RedisError) {
        socket = nil
        isCongested = false
        status.disconnected()
        // Only the first of a row of failures is worth a line for people.
        logger.log(level: reconnection.attempt == 0 ? .warning : .debug, "no connection to Redis", metadata: ["reason": "\(error.message)"])
        reconnection.lost(at: now, jitter: .random(in: 0..<1))
        role.lost(error, at: now)
    }
}
