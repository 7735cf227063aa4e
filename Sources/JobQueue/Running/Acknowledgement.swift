/// A finished claim, to be ended in Redis with the next claim.
struct Acknowledgement: Hashable, Sendable {
    let epoch: Int64
    /// What else ends with it, where the job holds a unique key.
    var unique: Holding?

    /// The holding of a unique key by an ephemeral job.
    struct Holding: Hashable, Sendable {
        let key: String
        let job: JobID
    }
}
