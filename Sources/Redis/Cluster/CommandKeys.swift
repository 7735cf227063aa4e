/// Where in a command its keys stand, which decides to which node of a cluster it goes.
///
/// The first argument is the key, unless the table says otherwise. Of several keys the first decides; when the others
/// lie elsewhere the node answers CROSSSLOT, and nothing has happened.
enum CommandKeys: Equatable {
    /// The argument at this index, counted from 1.
    case at(Int)
    /// None: any node will do.
    case none
    /// As many as the argument at this index says, right behind it; perhaps none.
    case counted(at: Int)
    /// Behind the word STREAMS.
    case streams
    /// None, and each node answers for itself alone.
    case perNode

    /// - Parameter name: as sent, in any case.
    static func of(_ name: String) -> CommandKeys {
        table[name] ?? table[name.uppercased()] ?? .at(1)
    }

    private static let table: [String: CommandKeys] = {
        var table: [String: CommandKeys] = [:]
        let groups: [(CommandKeys, String)] = [
            (.at(2), "OBJECT MEMORY BITOP XINFO XGROUP"),
            (.counted(at: 2), "EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP"),
            (.counted(at: 1), "LMPOP ZMPOP SINTERCARD ZINTERCARD ZUNION ZINTER ZDIFF"),
            (.streams, "XREAD XREADGROUP"),
            (
                .none,
                "PING ECHO TIME INFO CONFIG CLIENT COMMAND SCRIPT FUNCTION ROLE ACL CLUSTER PUBLISH PUBSUB "
                    + "LATENCY SLOWLOG LOLWUT MODULE"
            ),
            (
                .perNode,
                "SCAN KEYS DBSIZE RANDOMKEY FLUSHALL FLUSHDB WAIT WAITAOF SAVE BGSAVE BGREWRITEAOF LASTSAVE MULTI EXEC"
            ),
        ]
        for (keys, names) in groups {
            for name in names.split(separator: " ") { table[String(name)] = keys }
        }
        return table
    }()
}

extension RedisCommand {
    /// The slot that decides where it goes; nil when any node will do.
    /// - Throws: `.unroutable`.
    func slot() throws(RedisError) -> Int? {
        switch CommandKeys.of(name) {
        case .none: return nil
        case .at(let index): return try slot(ofArgument: index)
        case .counted(let index):
            guard let count = argument(index).flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
                throw unroutable("the number of its keys is missing")
            }
            return count == 0 ? nil : try slot(ofArgument: index + 1)
        case .streams:
            var index = 1
            while let word = argument(index), String(decoding: word, as: UTF8.self).uppercased() != "STREAMS" {
                index += 1
            }
            return try slot(ofArgument: index + 1)
        case .perNode:
            throw unroutable("each node of a cluster answers it for itself alone; send it to each master")
        }
    }

    private func slot(ofArgument index: Int) throws(RedisError) -> Int {
        guard let key = argument(index) else { throw unroutable("it has no key") }
        return HashSlot.of(key)
    }

    private func unroutable(_ reason: String) -> RedisError {
        RedisError(code: .unroutable, message: "\(name) cannot be sent to a cluster: \(reason)")
    }
}
