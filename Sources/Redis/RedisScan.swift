/// The keys that ``RedisClient/scan(match:count:)`` finds.
public struct RedisScan: AsyncSequence, Sendable {
    let client: RedisClient
    let pattern: String
    let count: Int

    /// Starts from the beginning.
    public func makeAsyncIterator() -> Iterator {
        Iterator(scan: self)
    }

    /// Goes through one master after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let scan: RedisScan
        /// Those not finished yet, the present one last; nil before the first call.
        private var links: [CommandLink]?
        private var cursor = "0"
        /// Found and not yet given out.
        private var keys: [String] = []

        fileprivate init(scan: RedisScan) {
            self.scan = scan
        }

        /// The next key; nil at the end.
        public mutating func next() async throws(RedisError) -> String? {
            if links == nil { links = try await scan.client.masters().map(\.link) }
            while keys.isEmpty, let link = links?.last {
                let command = RedisCommand(
                    "SCAN", RedisArgument(cursor), "MATCH", RedisArgument(scan.pattern), "COUNT",
                    RedisArgument(scan.count))
                let page = try await link.send(command).elements ?? []
                guard page.count == 2, let cursor = page[0].text, let found = page[1].elements else {
                    throw RedisError(code: .protocolViolation, message: "SCAN was answered in an unknown form")
                }
                keys = found.compactMap(\.text)
                self.cursor = cursor
                if cursor == "0" { links?.removeLast() }
            }
            return keys.popLast()
        }
    }
}
