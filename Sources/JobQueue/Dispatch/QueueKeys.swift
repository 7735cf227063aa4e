/// The Redis keys of one queue. All share the hash tag `{queue}`, so that every script touches one slot of a Redis
/// Cluster.
///
/// | key | type | holds |
/// |---|---|---|
/// | `cw:{q}:ready` | list | envelopes of waiting jobs, new ones at the left; an empty element only wakes |
/// | `cw:{q}:delayed` | sorted set | envelopes by due time, milliseconds of server time |
/// | `cw:{q}:leases` | sorted set | worker processes by the time their lease lapses, milliseconds of server time |
/// | `cw:{q}:claims:<process>` | hash | epoch → envelope of each job the process has claimed |
/// | `cw:{q}:inbox:<process>` | list | jobs moved by the blocking wake-up, not yet claimed |
/// | `cw:{q}:epoch` | string | last fencing epoch given out |
/// | `cw:{q}:settings` | hash | copy of what `job_queues` sets: `paused`, `concurrency`, `rate`, `burst` |
/// | `cw:{q}:bucket` | hash | tokens left of the rate limit, and when they were counted, in microseconds |
/// | `cw:{q}:unique` | hash | unique key → id of the ephemeral job that holds it |
/// | `cw:{q}:dead` | sorted set | ids of dead ephemeral jobs by time of death |
/// | `cw:{q}:bodies` | hash | id → reason and envelope of dead ephemeral jobs |
package struct QueueKeys: Hashable, Sendable {
    package let queue: QueueName
    package let base: String

    package init(prefix: String, queue: QueueName) {
        self.queue = queue
        self.base = "\(prefix):{\(queue.rawValue)}"
    }

    package var ready: String { base + ":ready" }
    package var delayed: String { base + ":delayed" }
    package var leases: String { base + ":leases" }
    package var epoch: String { base + ":epoch" }
    package var settings: String { base + ":settings" }
    package var bucket: String { base + ":bucket" }
    package var unique: String { base + ":unique" }
    package var dead: String { base + ":dead" }
    package var bodies: String { base + ":bodies" }
    package func claims(_ process: ProcessID) -> String { base + ":claims:" + process.rawValue }
    /// The keys of ``QueueScripts/claim``, in its order.
    package func forClaim(_ process: ProcessID) -> [String] {
        [ready, delayed, leases, claims(process), inbox(process), epoch, settings, bucket, unique]
    }

    package func inbox(_ process: ProcessID) -> String { base + ":inbox:" + process.rawValue }
}
