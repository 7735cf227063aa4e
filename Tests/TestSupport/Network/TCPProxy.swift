import Glibc
import Threading

/// A TCP proxy on 127.0.0.1 that misbehaves on demand, to put between a client and its server.
///
///     let proxy = try TCPProxy(to: server.port)
///     let client = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:\(proxy.port)"), logger: logger)
///     proxy.cut()                                            // every connection ends now; new ones are accepted
///     proxy.pause()                                          // half-open: bytes are swallowed until resume()
///     proxy.refuse()                                         // new connections are closed at once until accept()
///     proxy.cut(atCommand: 2, delivered: true)               // Redis: the server runs the second command from now,
///     its reply is lost proxy.cut(afterBytes: 10, .fromServer)                 // in the middle of a reply
///
/// Every connection takes two threads, so keep to dozens of connections. Stops with ``stop()`` or when nobody holds it
/// any more.
package final class TCPProxy: Sendable {
    /// Which way bytes travel.
    package enum Direction: Sendable {
        /// From the client to the server.
        case fromClient
        /// From the server to the client.
        case fromServer
    }

    /// The port it listens on, at 127.0.0.1.
    package let port: Int
    private let listener: Int32
    private let core: ProxyCore

    /// No socket could be had.
    package struct CannotListen: Error {}

    /// Listens on a free port and forwards to `port` on 127.0.0.1.
    package init(to port: Int) throws(CannotListen) {
        guard let listener = Loopback.listen(on: 0) else { throw CannotListen() }
        self.listener = listener
        self.port = Int(Loopback.port(of: listener))
        let core = ProxyCore(target: UInt16(port))
        self.core = core
        _ = OSThread.start(name: "proxy-accept") {
            while let client = Loopback.accept(from: listener) { core.serve(client) }
            close(listener)
        }
    }

    deinit {
        stop()
    }

    /// Ends every present connection, towards both sides. Bytes on the way are lost.
    package func cut() {
        core.cut()
    }

    /// Ends every connection once so many more bytes have passed in one direction, on whichever connection; the byte
    /// after them is not forwarded.
    package func cut(afterBytes count: Int, _ direction: Direction) {
        core.arm(direction == .fromClient ? .clientBytes(count) : .serverBytes(count))
    }

    /// Ends every connection at the client's command number `number` from now (1 is the next), counted over all
    /// connections. Redis' protocol only. A new connection of ours says CLIENT SETNAME and PING first, which count too.
    /// - Parameter delivered: whether the server still gets that command; its reply never arrives in either case.
    package func cut(atCommand number: Int, delivered: Bool) {
        core.arm(.command(number, delivered: delivered))
    }

    /// Stops forwarding in both directions while the connections stay open. New connections are accepted and get the
    /// same silence.
    package func pause() {
        core.setPaused(true)
    }

    /// Forwards again, beginning with what was held back.
    package func resume() {
        core.setPaused(false)
    }

    /// Makes one connection stand still, both ways and open, as soon as a text passes on it; the others go on. Until
    /// ``release()``.
    ///
    ///     proxy.hold(at: "BLMOVE", .fromClient, delivered: true)  // the blocking call's connection is half-open from
    ///     its next call
    ///
    /// - Parameters:
    ///   - text: looked for within what one read of the socket gives, so take one that travels with little around it.
    ///   - delivered: whether the bytes that hold the text still reach the other side.
    package func hold(at text: String, _ direction: Direction, delivered: Bool) {
        core.arm(ProxyCore.Snare(text: Array(text.utf8), direction: direction, delivered: delivered))
    }

    /// Whether ``hold(at:_:delivered:)`` has got hold of a connection that is still there.
    package var isHolding: Bool { core.isHolding }

    /// Lets held connections go on, beginning with what was held back, and looks for no text any more.
    package func release() {
        core.release()
    }

    /// Connects later connections to another port on 127.0.0.1. Present ones stay; see ``cut()``.
    package func redirect(to port: Int) {
        core.redirect(to: UInt16(port))
    }

    /// From now on new connections are closed as soon as they come. Present ones stay.
    package func refuse() {
        core.setRefusing(true)
    }

    /// Ends ``refuse()``.
    package func accept() {
        core.setRefusing(false)
    }

    /// How many connections are open now.
    package var connectionCount: Int { core.connectionCount }

    /// How many connections were accepted so far, refused ones not counted.
    package var acceptedCount: Int { core.acceptedCount }

    /// Ends everything, the listener too. Safe to repeat.
    package func stop() {
        guard core.stop() else { return }
        // Wakes the thread in accept(2), which then closes the descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
    }
}
