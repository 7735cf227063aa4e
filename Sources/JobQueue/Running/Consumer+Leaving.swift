import Logging
import Redis

/// How a consumer leaves so that nothing waits for its lease to lapse.
extension Consumer {
    /// Out of time: started jobs go back to `ready` in the ledger, all claims to the head of the list.
    func giveBack(_ claims: [Int64: ConsumerState.Claim], process: ProcessID) async {
        let started = claims.filter { $0.value.isDurable && $0.value.isStarted }.map {
            (id: $0.value.id, epoch: $0.key)
        }
        do {
            // Giving back is what a hurried shutdown must still do, though its own task is cancelled already; and it is
            // waited for right here.
            try await Task { try await ledger.release(started) }.value
        } catch {
            logger.warning(
                "could not give jobs back in the ledger; they restart when the lease lapses",
                metadata: ["error": "\(error)"])
            return
        }
        await reclaimOwn(process: process)
        logger.notice("gave unfinished jobs back", metadata: ["jobs": "\(claims.count)"])
    }

    /// Hands back the lease with all claims and what lies in the inbox, once no wake-up can add to it any more.
    func reclaimOwn(process: ProcessID) async {
        await blocking.close()
        do {
            _ = try await Reclaim.all(of: process, keys: keys, redis: redis, reason: .retired)
        } catch {
            logger.warning(
                "could not hand back claims; another worker takes them when the lease lapses",
                metadata: ["error": "\(error)"])
        }
    }
}
