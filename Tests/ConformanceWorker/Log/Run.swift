package import JobQueue

/// One run of a handler, pieced together from its lines.
package struct Run: Hashable, Sendable {
    package let job: JobID
    package let attempt: Int
    package let crashes: Int
    package let epoch: Int64
    package let process: Int32
    /// Monotonic microseconds.
    package let start: Int64
    /// Microseconds since 1970 at the start, as its process saw them.
    package let wallStart: Int64
    /// Nil while it runs.
    package var finish: Int64?
    /// How it ended: `end`, `failed`, `fenced`, `cancelled` or `killed`; nil while it runs.
    package var outcome: RunEvent.Kind?

    init(_ event: RunEvent, job: JobID) {
        self.job = job
        attempt = event.attempt
        crashes = event.crashes
        epoch = event.epoch
        process = event.process
        start = event.at
        wallStart = event.wall
    }

    /// Whether both ran at the same moment.
    package func overlaps(_ other: Run) -> Bool {
        start < other.finish ?? .max && other.start < finish ?? .max
    }
}
