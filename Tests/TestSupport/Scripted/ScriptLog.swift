import Synchronization

/// What threads of a test noted down, in order.
package final class ScriptLog<Entry: Sendable>: Sendable {
    private let list = Mutex<[Entry]>([])

    /// An empty log.
    package init() {}

    /// Adds an entry.
    package func note(_ entry: Entry) {
        list.withLock { $0.append(entry) }
    }

    /// All entries so far.
    package var entries: [Entry] { list.withLock { $0 } }
}
