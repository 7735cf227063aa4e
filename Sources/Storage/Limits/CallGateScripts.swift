import Domain
import Redis

/// `CallLimiter` in Redis, for all processes together: the same rules by the server's clock. A test holds the two
/// against each other, so that neither can change alone. Keys of one provider share a hash tag.
///
/// | key | type | holds |
/// |---|---|---|
/// | `cw:{calls:<provider>}:<endpoint>`, `…:all` | hash | `TokenBucket`: tokens, at (ms), pace |
/// | `cw:{calls:<provider>}:circuit` | hash | `CircuitBreaker`, with `opened` (ms) and `reason` for people |
///
/// Every script takes the time in milliseconds as its last argument, empty for the server's clock.
enum CallGateScripts {
    /// Asks for one call. KEYS: endpoint, all, circuit. ARGV: rate, burst, rate of all, burst of all, longest wait ms,
    /// time.
    /// Returns ['go', or the reason to wait; ms; generation; state of the circuit; ms that stays open; allowance or
    /// -1].
    static let admit = RedisScript(
        name: "call-admit",
        source: clock + circuit + """
            local held = nil
            if state == 'open' then
                if now < till then
                    held = till - now
                else
                    state, stage, sent = 'probing', 0, 0
                    redis.call('HSET', KEYS[3], 'state', state, 'stage', 0, 'sent', 0, 'passed', 0, 'failures', 0, 'since', time)
                end
            elseif state == 'probing' and sent >= stages[stage + 1] then
                if now - since < \(CircuitBreaker.probeTime) then
                    held = \(CircuitBreaker.pause)
                else
                    sent = 0
                    redis.call('HSET', KEYS[3], 'sent', 0, 'passed', 0, 'failures', 0, 'since', time)
                end
            end
            local function answer(word, ms)
                local allowance = state == 'closed' and -1 or state == 'open' and 0 or stages[stage + 1]
                return {word, ms, generation, state, state == 'open' and math.max(0, till - now) or 0, allowance}
            end
            if held then return answer('circuit', held) end
            \(bucket)
            local own = refilled(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
            local all = refilled(KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
            local wait = math.max(own.wait, all.wait)
            if wait > tonumber(ARGV[5]) then return answer('turn', wait) end
            for _, b in ipairs({own, all}) do
                b.tokens = b.tokens - 1
                keep(b)
            end
            if state == 'probing' then redis.call('HINCRBY', KEYS[3], 'sent', 1) end
            return answer('go', wait)
            """)

    /// Takes note of a call. KEYS: endpoint, all (unused), circuit. ARGV: 'works', 'fails', 'refuses' or 'slow',
    /// generation, ms of the pause, rate, burst, reason, time. Returns [1 when that opened or closed the circuit;
    /// state; ms that stays open; allowance or -1].
    static let report = RedisScript(
        name: "call-report",
        source: clock + circuit + """
            local verdict, changed = ARGV[1], 0
            local calls, failures, row = tonumber(c[7] or 0), tonumber(c[8] or 0), tonumber(c[9] or 0)
            local passed, openings = tonumber(c[10] or 0), tonumber(c[11] or 0)
            local function answer()
                local allowance = state == 'closed' and -1 or state == 'open' and 0 or stages[stage + 1]
                return {changed, state, state == 'open' and math.max(0, till - now) or 0, allowance}
            end
            if verdict == 'slow' then
                \(bucket)
                local pause = tonumber(ARGV[3])
                local b = refilled(KEYS[1], tonumber(ARGV[4]), tonumber(ARGV[5]))
                if b.at > now then
                    b.at = math.max(b.at, now + pause)
                    keep(b)
                    return answer()
                end
                b.tokens = math.min(b.tokens, 0)
                b.pace = math.max(\(TokenBucket.slowestPace), b.pace / 2)
                b.at = now + pause
                keep(b)
                verdict = 'fails'
            end
            if tonumber(ARGV[2]) ~= generation or state == 'open' then return answer() end
            local opens = false
            if state == 'closed' then
                if now - since >= \(CircuitBreaker.window) then calls, failures, since = 0, 0, now end
                calls = calls + 1
                if verdict == 'works' then
                    row = 0
                else
                    failures = failures + 1
                    row = row + 1
                    opens = verdict == 'refuses' or row >= \(CircuitBreaker.row)
                        or calls >= \(CircuitBreaker.enough) and failures * 2 >= calls
                end
            else
                if verdict == 'works' then passed = passed + 1 else failures = failures + 1 end
                opens = verdict == 'refuses' or failures * 2 > stages[stage + 1]
                if not opens and passed + failures >= stages[stage + 1] then
                    sent, passed, failures, since = 0, 0, 0, now
                    if stages[stage + 2] then
                        stage = stage + 1
                    else
                        state, calls, failures, row, openings, stage, changed = 'closed', 0, 0, 0, 0, 0, 1
                        redis.call('HDEL', KEYS[3], 'opened', 'reason')
                    end
                end
            end
            if opens then
                if state == 'closed' then redis.call('HSET', KEYS[3], 'opened', time) end
                redis.call('HSET', KEYS[3], 'reason', ARGV[6])
                till = now + math.min(\(CircuitBreaker.openings.upperBound), \(CircuitBreaker.openings.lowerBound) * 2 ^ math.min(openings, 10))
                state, generation, openings, changed = 'open', generation + 1, openings + 1, 1
            end
            redis.call('HSET', KEYS[3], 'state', state, 'generation', generation, 'until', string.format('%.0f', till), 'stage', stage,
                'sent', sent, 'passed', passed, 'since', string.format('%.0f', since), 'calls', calls, 'failures', failures, 'row', row,
                'openings', openings)
            redis.call('EXPIRE', KEYS[3], 86400)
            return answer()
            """)

    /// Looks; a circuit whose time is over is `probing`, though nobody has asked yet. KEYS: circuit. ARGV: time.
    /// Returns [state; ms that stays open; allowance or -1; ms since it opened or -1; reason].
    static let look = RedisScript(
        name: "call-circuit",
        source: clock + """
            local c = redis.call('HMGET', KEYS[1], 'state', 'until', 'stage', 'opened', 'reason')
            local state, till, stage = c[1] or 'closed', tonumber(c[2] or 0), tonumber(c[3] or 0)
            if state == 'open' and now >= till then state, stage = 'probing', 0 end
            local stages = {\(stages)}
            local allowance = state == 'closed' and -1 or state == 'open' and 0 or stages[stage + 1]
            local age = c[4] and now - tonumber(c[4]) or -1
            return {state, state == 'open' and math.max(0, till - now) or 0, allowance, age, c[5] or ''}
            """)

    private static let stages = CircuitBreaker.stages.map(String.init).joined(separator: ", ")

    /// `now` as a number, and `time`, its text without an exponent.
    private static let clock = """
        local now = tonumber(ARGV[#ARGV])
        if not now then
            local clock = redis.call('TIME')
            now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        end
        local time = string.format('%.0f', now)

        """

    private static let circuit = """
        local stages = {\(stages)}
        local c = redis.call('HMGET', KEYS[3], 'state', 'generation', 'until', 'stage', 'sent', 'since', 'calls', 'failures', 'row', 'passed', 'openings')
        local state, generation = c[1] or 'closed', tonumber(c[2] or 0)
        local till, stage, sent, since = tonumber(c[3] or 0), tonumber(c[4] or 0), tonumber(c[5] or 0), tonumber(c[6] or 0)

        """

    /// `refilled`, a bucket as it is now with the wait for its next token, and `keep`, which stores one.
    private static let bucket = """
        local function refilled(key, rate, burst)
            local b = redis.call('HMGET', key, 'tokens', 'at', 'pace')
            local tokens, at, pace = tonumber(b[1] or burst), tonumber(b[2] or now), tonumber(b[3] or 1)
            local seconds = math.max(0, now - at) / 1000
            tokens = math.min(burst, tokens + seconds * rate * pace)
            pace = math.min(1, pace + seconds * \(TokenBucket.recovery))
            at = math.max(at, now)
            local wait = at - now + math.ceil(math.max(0, 1 - tokens) / (rate * pace) * 1000)
            return {key = key, tokens = tokens, at = at, pace = pace, wait = wait}
        end
        local function keep(b)
            redis.call('HSET', b.key, 'tokens', string.format('%.17g', b.tokens), 'at', string.format('%.0f', b.at),
                'pace', string.format('%.17g', b.pace))
            redis.call('EXPIRE', b.key, 7200)
        end
        """
}
