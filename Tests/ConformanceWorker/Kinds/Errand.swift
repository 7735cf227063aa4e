package import JobQueue

/// A job that does what its payload says. After a crash of its process the next act is played, the last one over and
/// over.
package protocol Errand: Job {
    var acts: [Act] { get }
    init(acts: [Act])
}

extension Errand {
    package init(_ acts: Act...) {
        self.init(acts: acts)
    }

    package static var retry: RetryPolicy { .exponential(attempts: 6, from: .milliseconds(200), to: .seconds(1)) }
    package static var timeLimit: Duration { .minutes(10) }

    func act(crashes: Int) -> Act {
        acts.isEmpty ? Act() : acts[min(crashes, acts.count - 1)]
    }
}

/// An errand on the queue that most scenarios use.
package struct MainErrand: Errand {
    package static let name = "conformance.main"
    package static let queue: QueueName = "main"
    package let acts: [Act]
    package init(acts: [Act]) { self.acts = acts }
}

/// An errand on a queue beside it.
package struct SideErrand: Errand {
    package static let name = "conformance.side"
    package static let queue: QueueName = "side"
    package let acts: [Act]
    package init(acts: [Act]) { self.acts = acts }
}

/// The smallest job there is, for scenarios that need a million.
package struct Tick: Job {
    package static let name = "conformance.tick"
    package static let queue: QueueName = "main"
    package static let retry: RetryPolicy = .never
    package let n: Int
    package init(n: Int) { self.n = n }
}
