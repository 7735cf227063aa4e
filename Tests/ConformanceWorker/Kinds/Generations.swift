package import JobQueue

/// A kind as older workers know it.
package struct PastErrand: Errand {
    package static let name = "conformance.versioned"
    package static let queue: QueueName = "main"
    package let acts: [Act]
    package init(acts: [Act]) { self.acts = acts }
}

/// The same kind with a newer payload, which only workers of the coming release know.
package struct PresentErrand: Errand {
    package static let name = "conformance.versioned"
    package static let version = 2
    package static let queue: QueueName = "main"
    package let acts: [Act]
    package init(acts: [Act]) { self.acts = acts }
}

/// A kind that only workers of the coming release know.
package struct FutureErrand: Errand {
    package static let name = "conformance.future"
    package static let queue: QueueName = "main"
    package let acts: [Act]
    package init(acts: [Act]) { self.acts = acts }
}
