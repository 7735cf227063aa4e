import Logging

/// Sends each command to the node of a cluster that serves its key, and follows the nodes' redirections.
///
/// Only what was not executed is sent again: a redirection says so, and so does a link that could not send. What broke
/// on its way fails here as it does with one server.
final class ClusterRouter: Sendable {
    let nodes: ClusterNodes
    private let patience: Duration

    /// Starts to look for the cluster's nodes.
    /// - Parameters:
    ///   - threadName: at most 15 bytes.
    ///   - connectsAhead: see ``ClusterNodes``.
    init(
        _ configuration: RedisConfiguration, seeds: [Endpoint], threadName: String, connectsAhead: Bool, logger: Logger
    ) {
        nodes = ClusterNodes(
            configuration, seeds: seeds, threadName: threadName, connectsAhead: connectsAhead, logger: logger)
        patience = configuration.commandTimeout
    }

    /// For a call that begins now.
    var limit: RedirectionLimit { RedirectionLimit(deadline: .now + patience) }

    /// Sends one command.
    /// - Parameter blockingLimit: how long a blocking command may take until its reply, on each node that it is sent
    ///   to.
    /// - Throws: also `.server` when Redis answers with an error, and `.unroutable`.
    func send(_ command: RedisCommand, blockingLimit: Duration? = nil) async throws(RedisError) -> RedisValue {
        let slot = try command.slot()
        var limit = limit
        var (node, isAsking) = (nodes.node(for: slot), false)
        while true {
            let refusal: RedisError
            let redirection: Redirection?
            do throws(RedisError) {
                guard let node else { throw nodes.reasonForNone }
                let value = try await exchange(
                    command, with: node.link, isAsking: isAsking, blockingLimit: blockingLimit)
                guard case .error(let reply) = value else { return value }
                refusal = RedisError(reply: reply, command: command.name)
                redirection = Redirection(reply, from: node.endpoint)
            } catch {
                refusal = error
                redirection = Redirection(error)
            }
            guard let redirection, await follow(redirection, suspect: node?.endpoint, &limit) else { throw refusal }
            switch redirection {
            case .moved(_, let endpoint): (node, isAsking) = (nodes.node(at: endpoint), false)
            case .ask(let endpoint): (node, isAsking) = (nodes.node(at: endpoint), true)
            case .later: (node, isAsking) = (nodes.node(for: slot), false)
            }
        }
    }

    /// All masters, as the cluster sees it now: a client that sent a new one no command does not know it yet.
    func masters() async throws(RedisError) -> [ClusterNodes.Node] {
        var limit = limit
        while true {
            let node = nodes.node(for: nil)
            do throws(RedisError) {
                guard let node else { throw nodes.reasonForNone }
                nodes.install(try SlotMap(try await node.link.exchange(ClusterNodes.question), saidBy: node.endpoint))
                return nodes.masters
            } catch {
                guard let redirection = Redirection(error), await follow(redirection, suspect: node?.endpoint, &limit)
                else { throw error }
            }
        }
    }

    /// Learns from a redirection, and waits as long as must be before the next try.
    /// - Returns: false when there must be none: time is up, the client was closed, or the task was canceled and is
    ///   not kept waiting.
    func follow(_ redirection: Redirection, suspect: Endpoint?, _ limit: inout RedirectionLimit) async -> Bool {
        guard !nodes.isClosed, let pause = limit.pause(before: redirection, at: .now, jitter: .random(in: 0..<1)) else {
            return false
        }
        switch redirection {
        case .moved(let slot, let endpoint): nodes.moved(slot, to: endpoint)
        case .ask: break
        case .later: nodes.search(suspect: suspect)
        }
        guard pause > .zero else { return true }
        do {
            try await Task.sleep(for: pause)
            return true
        } catch {
            return false
        }
    }

    private func exchange(
        _ command: RedisCommand, with link: CommandLink, isAsking: Bool, blockingLimit: Duration?
    ) async throws(RedisError) -> RedisValue {
        // The reply to ASKING itself is of no interest: should it be an error, so will be the other.
        let commands = isAsking ? [RedisCommand("ASKING"), command] : [command]
        if let blockingLimit { return try await link.sendBlocking(commands, limit: blockingLimit) }
        return isAsking ? try await link.send(commands)[1] : try await link.exchange(command)
    }
}

/// Batches: each node gets its part in one piece, all of them at the same time.
extension ClusterRouter {
    /// Sends commands of any keys.
    /// - Returns: one value per command, in their order; error replies are values.
    /// - Throws: when a part got no answer; `.unroutable`, before anything is sent.
    func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        var slots: [Int?] = []
        for command in commands { slots.append(try command.slot()) }
        var batch = ClusterBatch(slots: slots)
        var limit = limit
        while true {
            let parts = batch.parts(owner: { nodes.node(for: $0)?.endpoint }, reason: { nodes.reasonForNone })
            for (part, result) in await exchange(parts, of: commands) {
                switch result {
                case .success(let replies): batch.answered(part, replies)
                case .failure(let error): try batch.failed(part, error)
                }
            }
            if batch.isDone { break }
            guard await follow(batch.refusals, &limit) else { break }
        }
        return try batch.result()
    }

    /// Returns false when there must be no other try.
    private func follow(_ refusals: [ClusterBatch.Refusal], _ limit: inout RedirectionLimit) async -> Bool {
        for case .moved(let slot, let endpoint) in refusals.map(\.redirection) { nodes.moved(slot, to: endpoint) }
        // The one that has to wait longest speaks for all.
        guard let one = refusals.first(where: { $0.redirection == .later }) ?? refusals.first else { return false }
        return await follow(one.redirection, suspect: one.from, &limit)
    }

    private func exchange(
        _ parts: [ClusterBatch.Part], of commands: [RedisCommand]
    ) async -> [(ClusterBatch.Part, Result<[RedisValue], RedisError>)] {
        if parts.count == 1 { return [(parts[0], await exchange(parts[0], of: commands))] }
        return await withTaskGroup(of: (ClusterBatch.Part, Result<[RedisValue], RedisError>).self) { group in
            for part in parts { group.addTask { (part, await self.exchange(part, of: commands)) } }
            var results: [(ClusterBatch.Part, Result<[RedisValue], RedisError>)] = []
            for await result in group { results.append(result) }
            return results
        }
    }

    private func exchange(_ part: ClusterBatch.Part, of commands: [RedisCommand]) async -> Result<
        [RedisValue], RedisError
    > {
        do throws(RedisError) {
            guard let node = nodes.node(at: part.endpoint) else { throw nodes.reasonForNone }
            return .success(try await node.link.send(part.commands(of: commands)))
        } catch {
            return .failure(error)
        }
    }
}
