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
