import Arithmetic
import Glibc
import Logging
import Threading

/// The thread behind a connection: sleeps in `poll(2)` until a message, the socket or a deadline calls, and lets the
/// ``Connection`` do its work.
///
/// Where sentinels know the master, a second line stands by to one of them and says where the first must go.
struct ConnectionThread<Role: LinkRole>: ~Copyable {
    private let mailbox: Mailbox<Role.Message>
    private let status: LinkStatus
    private var line: Connection<Role>
    private var lookout: Connection<MasterWatch>?

    /// Starts a thread that keeps a connection until the mailbox is closed.
    static func start(
        name: String, role: Role, configuration: RedisConfiguration, mailbox: Mailbox<Role.Message>, status: LinkStatus,
        logger: Logger
    ) {
        _ = OSThread.start(name: name) {
            var link = ConnectionThread(
                role: role, configuration: configuration, mailbox: mailbox, status: status, logger: logger)
            link.run()
        }
    }

    private init(
        role: Role, configuration: RedisConfiguration, mailbox: Mailbox<Role.Message>, status: LinkStatus,
        logger: Logger
    ) {
        self.mailbox = mailbox
        self.status = status
        var logger = logger
        logger[metadataKey: "redis"] = "\(configuration)"
        let now = ContinuousClock.now
        let destination: Destination
        switch configuration.topology {
        case .single(let endpoint):
            destination = .fixed(endpoint)
        case .cluster(let seeds):
            destination = .anyOf(seeds)
        case .sentinel(let service):
            destination = .named(nil)
            // Which sentinel is asked just now is worth no line for people.
            var quiet = logger
            quiet.logLevel = max(logger.logLevel, .warning)
            lookout = Connection(
                role: MasterWatch(
                    service, patience: configuration.connectTimeout, silence: configuration.commandTimeout, at: now),
                to: .anyOf(service.sentinels), greeting: Handshake(service, name: configuration.clientName),
                tls: configuration.tls, connectTimeout: configuration.connectTimeout, logger: quiet, at: now)
        }
        line = Connection(
            role: role, to: destination, greeting: Handshake(configuration), tls: configuration.tls,
            connectTimeout: configuration.connectTimeout,
            status: status, logger: logger, at: now)
    }

    private mutating func run() {
        while true {
            let events = sleep()
            let now = ContinuousClock.now
            if events.mailbox {
                line.role.handle(mailbox.drain(), at: now)
                if mailbox.isClosed { break }
            }
            let hasMoved = lookOut(events.lookout, at: now)
            if let failure = line.advance(hasMoved ? .init() : events.line, at: now) { doubt(failure, at: now) }
        }
        lookout?.close()
        line.close()
        status.ended()
    }

    /// Hears what the sentinels have to say, and follows. Returns whether the line goes to another server now.
    private mutating func lookOut(_ events: Connection<MasterWatch>.Events, at now: ContinuousClock.Instant) -> Bool {
        if let failure = lookout?.advance(events, at: now), !line.isReady {
            // Callers that wait for a connection are told why there is none.
            line.role.lost(failure, at: now)
        }
        guard let master = lookout?.role.master else { return false }
        return line.go(to: master, at: now)
    }

    /// The server did not do. Another sentinel may know better.
    private mutating func doubt(_ failure: RedisError, at now: ContinuousClock.Instant) {
        lookout?.role.doubt()
        lookout?.moveOn(failure, at: now)
    }

    /// Sleeps until a message, a socket or a deadline calls.
    private mutating func sleep() -> (
        mailbox: Bool, line: Connection<Role>.Events, lookout: Connection<MasterWatch>.Events
    ) {
        let (first, second) = (line.interest(), lookout?.interest() ?? .init())
        var set = [
            pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: first.descriptor, events: Int16(first.writes ? POLLIN | POLLOUT : POLLIN), revents: 0),
            pollfd(fd: second.descriptor, events: Int16(second.writes ? POLLIN | POLLOUT : POLLIN), revents: 0),
        ]
        _ = poll(&set, nfds_t(set.count), timeout(first.deadline, second.deadline))
        func happened(_ index: Int, _ event: Int32) -> Bool {
            Int32(set[index].revents) & (event | POLLERR | POLLHUP | POLLNVAL) != 0
        }
        return (
            set[0].revents != 0, .init(readable: happened(1, POLLIN), writable: first.writes && happened(1, POLLOUT)),
            .init(readable: happened(2, POLLIN), writable: second.writes && happened(2, POLLOUT))
        )
    }

    /// Milliseconds until the next deadline, rounded up so that it has passed after waking; -1 for no end.
    private func timeout(_ deadlines: ContinuousClock.Instant?...) -> Int32 {
        guard let deadline = deadlines.compactMap({ $0 }).min() else { return -1 }
        let left = max(.zero, deadline - .now)
        let whole = left.wholeMilliseconds
        return Int32(clamping: .milliseconds(whole) < left ? whole.saturatingAdd(1) : whole)
    }
}
