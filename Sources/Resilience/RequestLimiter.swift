import Arithmetic
package import Logging
package import Redis
import Synchronization

/// Keeps the limits of clients for all API processes together, in Redis.
///
/// Off the hot path as far as it can be: of classes with large limits a process takes several requests at once, a
/// fiftieth of the limit, and asks again when they are used up; a client that was refused is refused by the process
/// itself for a moment. So a client may be counted a fiftieth too high for each process, never too low. While Redis is
/// away, or slow to say so, each process keeps the limits by itself where that matters and lets everything else
/// through.
package final class RequestLimiter: Sendable {
    /// What a request is told.
    package struct Verdict: Sendable, Hashable {
        /// What it was counted as.
        package let kind: RequestClass
        /// How many are allowed.
        package let limit: RequestLimit
        /// Whether it passes.
        package let isAdmitted: Bool
        /// How many more are allowed now.
        package let left: Int
        /// Seconds until the next is allowed, or, of one that is, until the count begins to fall. At least 1.
        package let seconds: Int
    }

    /// The result of an attempt to take some.
    private struct Taken {
        /// How many were given: none, or up to as many as were wanted.
        let granted: Int
        let left: Int
        /// Milliseconds until there is one again; 0 while there is.
        let wait: Int64
        /// Milliseconds until the present stretch ends.
        let resets: Int64
    }

    private struct Key: Hashable {
        let kind: RequestClass
        let client: String
    }

    /// What a process has taken ahead, or knows to be refused.
    private struct Known {
        var ahead = 0
        var left = 0
        var resets: ContinuousClock.Instant
        /// When it is asked again in any case.
        var until: ContinuousClock.Instant
    }

    private struct State {
        var known: [Key: Known] = [:]
        var alone: [Key: TokenBucket] = [:]
        /// Redis has failed to answer: it is left alone until then.
        var awayUntil: ContinuousClock.Instant?
    }

    /// More clients than this are not remembered at once. Those that are forgotten begin anew.
    private static let remembered = 20_000
    /// How long a process that got no answer does not ask.
    private static let pause: Duration = .seconds(1)

    private let limits: RequestLimits
    private let redis: RedisClient
    private let prefix: String
    private let logger: Logger
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameter prefix: begins every key.
    package init(limits: RequestLimits, redis: RedisClient, prefix: String = "cw", logger: Logger) {
        self.limits = limits
        self.redis = redis
        self.prefix = prefix
        self.logger = logger
    }

    /// Counts a request of a client, if it may pass. `nil` where there is no limit.
    package func admit(_ kind: RequestClass, _ client: String) async -> Verdict? {
        guard let limit = limits[kind] else { return nil }
        let key = Key(kind: kind, client: client)
        let now = ContinuousClock.now
        if let verdict = state.withLock({ known(&$0, key, limit, now) }) { return verdict }
        if let taken = await shared(key, limit) { return note(taken, key, limit) }
        guard kind.isKeptAlone else { return nil }
        return state.withLock { takeAlone(&$0, key, limit, at: milliseconds) }
    }

    /// Counts a request in this process alone, in a bucket that is full after a window.
    private func takeAlone(_ state: inout State, _ key: Key, _ limit: RequestLimit, at now: Int64) -> Verdict {
        Self.makeRoom(in: &state.alone) { bucket, key in
            limits[key.kind].map { bucket.tokens(at: now) >= Double($0.count) } ?? true
        }
        let rate = Double(limit.count) / Double(limit.seconds)
        var bucket = state.alone[key] ?? TokenBucket(rate: rate, burst: limit.count, at: now)
        let wait = bucket.wait(at: now)
        if wait == 0 { bucket.take(at: now) }
        state.alone[key] = bucket
        let left = Int(saturating: max(0, bucket.tokens(at: now)))
        let refill = Int64(saturating: ((Double(limit.count) - Double(left)) / rate * 1000).rounded(.up))
        return verdict(key, limit, isAdmitted: wait == 0, left: left, milliseconds: wait == 0 ? refill : wait)
    }

    /// Forgets what a client has used up.
    package func forgive(_ kind: RequestClass, _ client: String) async {
        guard limits[kind] != nil else { return }
        let key = Key(kind: kind, client: client)
        state.withLock { state in
            state.known[key] = nil
            state.alone[key] = nil
        }
        guard isShared(key) else { return }
        _ = try? await redis.send(RedisCommand("DEL", .init(name(key))))
    }

    /// How many a process takes at once.
    private func share(of limit: RequestLimit) -> Int { max(1, limit.count / 50) }

    private var milliseconds: Int64 { (ContinuousClock.now - start).wholeMilliseconds }

    private func name(_ key: Key) -> String { "\(prefix):limit:\(key.kind.rawValue):\(key.client)" }

    /// Answers from what the process knows, `nil` when it has to ask.
    private func known(_ state: inout State, _ key: Key, _ limit: RequestLimit, _ now: ContinuousClock.Instant)
        -> Verdict?
    {
        guard var known = state.known[key], known.until > now else { return nil }
        let milliseconds = (known.resets - now).wholeMilliseconds
        guard known.left + known.ahead > 0 else {
            return verdict(key, limit, isAdmitted: false, left: 0, milliseconds: milliseconds)
        }
        guard known.ahead > 0 else { return nil }
        known.ahead -= 1
        state.known[key] = known
        return verdict(key, limit, isAdmitted: true, left: known.ahead + known.left, milliseconds: milliseconds)
    }

    private func note(_ taken: Taken, _ key: Key, _ limit: RequestLimit) -> Verdict {
        let isAdmitted = taken.granted > 0
        let milliseconds = isAdmitted ? taken.resets : taken.wait
        let now = ContinuousClock.now
        // What was taken ahead is of this window, so it is not kept for long; what was refused is asked about again
        // soon.
        let lifetime: Duration =
            isAdmitted ? min(.seconds(5), .seconds(limit.seconds) / 10) : min(.seconds(1), .milliseconds(taken.wait))
        if taken.granted > 1 || !isAdmitted {
            state.withLock { state in
                Self.makeRoom(in: &state.known) { known, _ in known.until <= now }
                // Two that asked at once have both been given some.
                let ahead = state.known[key].map { $0.until > now ? $0.ahead : 0 } ?? 0
                state.known[key] = Known(
                    ahead: ahead + max(0, taken.granted - 1), left: taken.left,
                    resets: now + .milliseconds(milliseconds),
                    until: now + lifetime)
            }
        }
        return verdict(
            key, limit, isAdmitted: isAdmitted, left: taken.left + max(0, taken.granted - 1), milliseconds: milliseconds
        )
    }

    private func verdict(_ key: Key, _ limit: RequestLimit, isAdmitted: Bool, left: Int, milliseconds: Int64) -> Verdict
    {
        Verdict(
            kind: key.kind, limit: limit, isAdmitted: isAdmitted, left: left,
            seconds: Int(max(1, min(Int64(2 * limit.seconds), (milliseconds + 999) / 1000))))
    }

    private static func makeRoom<Value>(in values: inout [Key: Value], isOver: (Value, Key) -> Bool) {
        guard values.count >= remembered else { return }
        values = values.filter { !isOver($0.value, $0.key) }
        if values.count >= remembered { values.removeAll() }
    }

    private func isShared(_ key: Key) -> Bool {
        guard redis.isConnected(for: name(key)) else { return false }
        return state.withLock { state in
            guard let awayUntil = state.awayUntil else { return true }
            guard awayUntil <= .now else { return false }
            // One request finds out whether it is back; the others need not wait for that.
            state.awayUntil = .now + Self.pause
            return true
        }
    }

    /// `nil` when Redis cannot be asked.
    private func shared(_ key: Key, _ limit: RequestLimit) async -> Taken? {
        guard isShared(key) else { return nil }
        do {
            let reply = try await redis.evaluate(
                RequestLimitScripts.take, keys: [name(key)],
                arguments: [.init(limit.count), .init(limit.seconds * 1000), .init(share(of: limit)), ""])
            guard let numbers = reply.elements?.compactMap(\.int), numbers.count == 4 else {
                throw RedisError(
                    code: .protocolViolation, message: "the script request-limit answered in an unknown form")
            }
            state.withLock { $0.awayUntil = nil }
            return .init(granted: numbers[0], left: numbers[1], wait: Int64(numbers[2]), resets: Int64(numbers[3]))
        } catch {
            let isFirst = state.withLock { state in
                let isFirst = state.awayUntil == nil
                state.awayUntil = .now + Self.pause
                return isFirst
            }
            if isFirst {
                logger.warning("limits of clients are kept by each process alone", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }
}

/// Counts requests over a window that moves with the server's clock: those of the present stretch of time, and of the
/// one before the share that the window still covers, as if they had come evenly. Two numbers for each client, and
/// never more than twice the limit within one window; usually within a few per cent. What is refused is not counted: a
/// client that keeps asking is admitted as soon as one that waits.
///
/// | key | type | holds |
/// |---|---|---|
/// | `cw:limit:<class>:<client>` | hash | `w` number of the stretch, `n` requests in it, `p` those of the one before |
enum RequestLimitScripts {
    /// Takes some. KEYS: the client's. ARGV: limit, ms of the window, how many are wanted, time in ms or empty for the
    /// server's clock.
    /// Returns [how many were given, how many are left, ms to wait, ms until the stretch ends].
    static let take = RedisScript(
        name: "request-limit",
        source: """
            local limit, length = tonumber(ARGV[1]), tonumber(ARGV[2])
            local wanted, now = tonumber(ARGV[3]), tonumber(ARGV[4])
            if not now then
                local clock = redis.call('TIME')
                now = clock[1] * 1000 + math.floor(clock[2] / 1000)
            end
            local v = redis.call('HMGET', KEYS[1], 'w', 'n', 'p')
            local number = math.floor(now / length)
            local stretch, count, before = tonumber(v[1] or number), tonumber(v[2] or 0), tonumber(v[3] or 0)
            if stretch < number then
                before = stretch == number - 1 and count or 0
                count, stretch = 0, number
            end
            local into = math.min(math.max(now - stretch * length, 0), length)
            local free = math.floor(limit - count - before * (length - into) / length)
            local granted = math.max(0, math.min(wanted, free))
            if granted > 0 then
                count = count + granted
                redis.call('HSET', KEYS[1], 'w', string.format('%.0f', stretch), 'n', string.format('%.0f', count),
                    'p', string.format('%.0f', before))
                redis.call('PEXPIRE', KEYS[1], 2 * length)
            end
            local wait = 0
            if free <= 0 then
                local function fading(many, others)
                    return math.ceil(length * (1 - math.max(0, (limit - 1 - others) / math.max(1, many))))
                end
                if count < limit then
                    wait = math.max(1, fading(before, count) - into)
                else
                    wait = math.max(1, length - into + fading(count, 0))
                end
            end
            return {granted, math.max(0, free - granted), wait, length - into}
            """)
}
