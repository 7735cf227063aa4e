/// A pool at one moment.
public struct PoolStatistics: Sendable, Equatable {
    /// Connections there are, in whatever state.
    public var size: Int
    /// Connections nobody uses.
    public var idle: Int
    /// Connections in use.
    public var inUse: Int
    /// Connections being opened.
    public var connecting: Int
    /// Callers waiting for a connection.
    public var waiting: Int
    /// Counts since the pool was made.
    public var totals: Totals

    /// Counts since the pool was made.
    public struct Totals: Sendable, Equatable {
        /// Transactions, queries and pipelines asked for.
        public var submitted = 0
        /// Given up by their caller before a connection was free.
        public var cancelled = 0
        /// Given up because no connection became free in time.
        public var timedOut = 0
        /// Connections opened.
        public var connected = 0
        /// Attempts to connect that failed.
        public var connectFailed = 0
        /// Connections that broke.
        public var lost = 0
        /// Runs of a transaction beyond its first.
        public var retried = 0
    }
}
