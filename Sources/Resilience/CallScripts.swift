import Redis

/// Limits and circuits in Redis, for all processes together, by the server's clock. Keys of one provider share a hash
/// tag.
///
/// | key | type | holds |
/// |---|---|---|
/// | `cw:{calls:<provider>}:<endpoint>`, `…:all` | hash | a bucket: tokens (below zero: taken in advance), at (ms; in the future while the provider wants no calls), pace (share of the rate) |
/// | `cw:{calls:<provider>}:circuit` | hash | see ``CircuitRules``; with `opened` (ms) and `reason` for people |
///
/// Every script takes the time in milliseconds as its last argument, empty for the server's clock.
enum CallScripts {
    /// Asks for one call. KEYS: endpoint, all, circuit. ARGV: rate, burst, rate of all, burst of all, longest wait ms,
    /// time.
    /// Returns ['go', or the reason to wait; ms; generation; state of the circuit; ms that stays open; allowance or
    /// -1].
    static let admit = RedisScript(
        name: "call-admit",
        source: clock + circuit("KEYS[3]") + """
            local held = nil
            if state == 'open' then
                if now < till then
                    held = till - now
                else
                    state, stage, sent, passed, failures, since = 'probing', 0, 0, 0, 0, now
                    aged = true
                end
            elseif state == 'probing' and sent >= stages[stage + 1] then
                if now - since < \(CircuitRules.probeTime) then
                    held = \(CircuitRules.pause)
                else
                    sent, passed, failures, since = 0, 0, 0, now
                    aged = true
                end
            end
            if aged then store() end
            local function answer(word, ms)
                return {word, ms, generation, state, remaining(), allowance()}
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
        source: clock + circuit("KEYS[3]") + """
            local verdict, changed = ARGV[1], aged and state == 'closed' and 1 or 0
            local function answer()
                return {changed, state, remaining(), allowance()}
            end
            if aged then store() end
            if verdict == 'slow' then
                \(bucket)
                local pause = tonumber(ARGV[3])
                local b = refilled(KEYS[1], tonumber(ARGV[4]), tonumber(ARGV[5]))
                -- A pause was under way already: the call was made before it, and says nothing new.
                if b.at > now then
                    b.at = math.max(b.at, now + pause)
                    keep(b)
                    return answer()
                end
                b.tokens = math.min(b.tokens, 0)
                b.pace = math.max(\(CircuitRules.slowestPace), b.pace / 2)
                b.at = now + pause
                keep(b)
                -- A provider that only asks to slow down is as good as away.
                verdict = 'fails'
            end
            if tonumber(ARGV[2]) ~= generation or state == 'open' then return answer() end
            local opens = false
            if state == 'closed' then
                if now - since >= \(CircuitRules.window) then calls, failures, since = 0, 0, now end
                calls = calls + 1
                if verdict == 'works' then
                    row = 0
                else
                    failures = failures + 1
                    row = row + 1
                    opens = verdict == 'refuses' or row >= \(CircuitRules.row)
                        or calls >= \(CircuitRules.enough) and failures * 2 >= calls
                end
            else
                if verdict == 'works' then passed = passed + 1 else failures = failures + 1 end
                opens = verdict == 'refuses' or failures * 2 > stages[stage + 1]
                if not opens and passed + failures >= stages[stage + 1] then
                    pass(now)
                    if state == 'closed' then changed = 1 end
                end
            end
            if opens then
                if state == 'closed' then redis.call('HSET', KEYS[3], 'opened', time) end
                redis.call('HSET', KEYS[3], 'reason', ARGV[6])
                till = now + math.min(\(CircuitRules.openings.upperBound),
                    \(CircuitRules.openings.lowerBound) * 2 ^ math.min(openings, 10))
                state, generation, openings, changed = 'open', generation + 1, openings + 1, 1
            end
            store()
            return answer()
            """)

    /// Looks; a circuit whose time is over is `probing`, though no caller has asked yet. KEYS: circuit. ARGV: time.
    /// Returns [state; ms that stays open; allowance or -1; ms since it opened or -1; reason].
    static let look = RedisScript(
        name: "call-circuit",
        source: clock + circuit("KEYS[1]") + """
            if state == 'open' and now >= till then state, stage = 'probing', 0 end
            if state == 'closed' then return {state, 0, -1, -1, ''} end
            local o = redis.call('HMGET', KEYS[1], 'opened', 'reason')
            return {state, remaining(), allowance(), o[1] and now - tonumber(o[1]) or -1, o[2] or ''}
            """)

    /// `now` as a number, and `time`, its text without an exponent.
    private static let clock = """
        local now = tonumber(ARGV[#ARGV])
        if not now then
            local clock = redis.call('TIME')
            now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        end
        local time = string.format('%.0f', now)

        """

    /// The circuit as it is now, whether that differs from what is stored (`aged`), and `store`, which stores it.
    private static func circuit(_ key: String) -> String {
        """
        local stages = {\(CircuitRules.stages.map(String.init).joined(separator: ", "))}
        local c = redis.call('HMGET', \(key), 'state', 'generation', 'until', 'stage', 'sent', 'since', 'calls',
            'failures', 'row', 'passed', 'openings')
        local state, generation = c[1] or 'closed', tonumber(c[2] or 0)
        local till, stage = tonumber(c[3] or 0), tonumber(c[4] or 0)
        local sent, since = tonumber(c[5] or 0), tonumber(c[6] or 0)
        local calls, failures, row = tonumber(c[7] or 0), tonumber(c[8] or 0), tonumber(c[9] or 0)
        local passed, openings, aged = tonumber(c[10] or 0), tonumber(c[11] or 0), false
        local function pass(at)
            sent, passed, failures, since = 0, 0, 0, at
            if stages[stage + 2] then
                stage = stage + 1
            else
                state, stage, calls, row, openings = 'closed', 0, 0, 0, 0
            end
        end
        while state == 'probing' and now - since >= \(CircuitRules.probeTime)
            and (passed > 0 and failures <= passed or sent == 0 and stage > 0) do
            pass(since + \(CircuitRules.probeTime))
            aged = true
        end
        local function allowance()
            return state == 'closed' and -1 or state == 'open' and 0 or stages[stage + 1]
        end
        local function remaining()
            return state == 'open' and math.max(0, till - now) or 0
        end
        local function store()
            redis.call('HSET', \(key), 'state', state, 'generation', generation, 'until', string.format('%.0f', till),
                'stage', stage, 'sent', sent, 'passed', passed, 'since', string.format('%.0f', since), 'calls', calls,
                'failures', failures, 'row', row, 'openings', openings)
            if state == 'closed' then redis.call('HDEL', \(key), 'opened', 'reason') end
            redis.call('EXPIRE', \(key), 86400)
        end

        """
    }

    /// `refilled`, a bucket as it is now with the wait for its next token, and `keep`, which stores one.
    private static let bucket = """
        local function refilled(key, rate, burst)
            local b = redis.call('HMGET', key, 'tokens', 'at', 'pace')
            local tokens, at, pace = tonumber(b[1] or burst), tonumber(b[2] or now), tonumber(b[3] or 1)
            local seconds = math.max(0, now - at) / 1000
            tokens = math.min(burst, tokens + seconds * rate * pace)
            pace = math.min(1, pace + seconds * \(CircuitRules.recovery))
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

/// The keys of one provider's calls.
struct CallKeys: Sendable {
    private let base: String

    init(prefix: String, provider: String) {
        base = "\(prefix):{calls:\(provider)}"
    }

    var circuit: String { base + ":circuit" }
    var all: String { base + ":all" }
    func endpoint(_ name: String) -> String { "\(base):\(name)" }
}
