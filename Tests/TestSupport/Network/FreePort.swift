import Glibc
import Synchronization

/// TCP ports of 127.0.0.1 that nobody uses.
package enum FreePort {
    /// No port could be had.
    package struct NoneFree: Error {}

    private static let given = Mutex<Set<UInt16>>([])

    /// A port that was free a moment ago, and is given out once per process.
    ///
    /// It lies below the range from which the kernel takes ports for outgoing connections, so that a server can be
    /// stopped and started again on it: inside that range a client that keeps trying a dead port sooner or later
    /// connects to itself.
    package static func next() throws(NoneFree) -> Int {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 15_000..<32_000)
            guard given.withLock({ $0.insert(port).inserted }), let descriptor = Loopback.listen(on: port) else {
                continue
            }
            close(descriptor)
            return Int(port)
        }
        throw NoneFree()
    }
}
