/// How the servers behind one URL belong together.
enum Topology: Sendable, Equatable {
    /// One server.
    case single(Endpoint)
    /// A master with replicas; sentinels know which server is the master.
    case sentinel(SentinelService)
    /// Masters that share the keys among them. The seeds are some of the nodes, to begin with.
    case cluster(seeds: [Endpoint])
}

/// A master that sentinels look after.
struct SentinelService: Sendable, Equatable {
    /// Where the sentinels are; each is as good as another.
    var sentinels: [Endpoint]
    /// What the sentinels call the master.
    var name: String
    /// For the sentinels; the servers have their own.
    var username: String?
    var password: String?
}
