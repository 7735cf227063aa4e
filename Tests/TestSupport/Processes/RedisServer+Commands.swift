import Logging
package import Redis

extension RedisServer {
    /// Sends this one server a command, over a connection of its own.
    @discardableResult
    package func send(_ command: RedisCommand, password: String? = nil) async throws -> RedisValue {
        let url = password.map { "redis://:\($0)@127.0.0.1:\(port)" } ?? url
        let client = RedisClient(
            try RedisConfiguration(url: url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let value = try await client.send(command)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// One field of `INFO`, or of the `INFO`-like answer to another command.
    func field(_ name: String, of command: RedisCommand) async throws -> String? {
        let lines = try await send(command).text?.split(whereSeparator: \.isNewline) ?? []
        return lines.first { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
