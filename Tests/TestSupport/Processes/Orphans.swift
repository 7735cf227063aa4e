import Glibc
import Synchronization

/// Children still running when the test process exits: none may outlive it.
enum Orphans {
    private static let children: Mutex<Set<pid_t>> = {
        atexit { Orphans.killAll() }
        return Mutex([])
    }()

    static func add(_ processID: pid_t) {
        children.withLock { _ = $0.insert(processID) }
    }

    static func remove(_ processID: pid_t) {
        children.withLock { _ = $0.remove(processID) }
    }

    private static func killAll() {
        children.withLock { children in
            for child in children { kill(child, SIGKILL) }
            children.removeAll()
        }
    }
}
