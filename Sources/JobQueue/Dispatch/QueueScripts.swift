package import Redis

/// The engine's Lua scripts: each transition of a job in Redis is one of them, so no crash between commands can lose or double it.
///
/// Times are Redis' own (`TIME`), never a client's. Epochs are `max(last + 1, server time in µs)`: they grow even over an emptied
/// Redis, and stay below 2⁵³, the largest integer a Lua number holds exactly, until the year 2255.
///
/// A Redis at its memory limit refuses a script whose first write needs memory, and lets the rest of one through that has begun to write.
/// Claiming, renewing, retrying and recovering free more than they take, so each begins with a write that needs none.
package enum QueueScripts {
    /// Acknowledges finished claims, renews the lease, promotes due jobs and claims up to `free` more.
    ///
    /// KEYS: ready, delayed, leases, claims, inbox, epoch, paused. ARGV: process, lease ms, free, acknowledged epochs….
    /// Returns [epochs that were no longer ours, next due time or -1, server ms, jobs left waiting or -1 while paused, epoch, envelope, epoch, envelope…].
    package static let claim = RedisScript(
        name: "claim",
        source: """
            redis.call('ZREM', KEYS[3], '')
            local fenced = {}
            for i = 4, #ARGV do
                if redis.call('HDEL', KEYS[4], ARGV[i]) == 0 then fenced[#fenced + 1] = ARGV[i] end
            end
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
            local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 200)
            if #due > 0 then
                redis.call('ZREM', KEYS[2], unpack(due))
                redis.call('LPUSH', KEYS[1], unpack(due))
            end
            local reply = {fenced, -1, now, 0}
            local free = tonumber(ARGV[3])
            if redis.call('EXISTS', KEYS[7]) == 1 then
                while redis.call('LMOVE', KEYS[5], KEYS[1], 'RIGHT', 'RIGHT') do end
                reply[4] = -1
                return reply
            end
            if free > 0 then
                local jobs = redis.call('RPOP', KEYS[5], free) or {}
                if #jobs < free then
                    local more = redis.call('RPOP', KEYS[1], free - #jobs) or {}
                    for i = 1, #more do jobs[#jobs + 1] = more[i] end
                end
                local epoch = time[1] * 1000000 + time[2]
                local last = tonumber(redis.call('GET', KEYS[6]) or 0)
                if last >= epoch then epoch = last + 1 end
                local claims = {}
                for i = 1, #jobs do
                    if jobs[i] ~= '' then
                        local id = string.format('%.0f', epoch)
                        claims[#claims + 1] = id
                        claims[#claims + 1] = jobs[i]
                        reply[#reply + 1] = id
                        reply[#reply + 1] = jobs[i]
                        epoch = epoch + 1
                        -- Lua can unpack some thousands of values, not any number.
                        if #claims == 1000 then
                            redis.call('HSET', KEYS[4], unpack(claims))
                            claims = {}
                        end
                    end
                end
                if #claims > 0 then redis.call('HSET', KEYS[4], unpack(claims)) end
                if #reply > 4 then redis.call('SET', KEYS[6], string.format('%.0f', epoch)) end
            end
            reply[4] = redis.call('LLEN', KEYS[1])
            local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
            if next[2] then reply[2] = tonumber(next[2]) end
            return reply
            """)

    /// Renews a process's lease. KEYS: leases. ARGV: process, lease ms.
    package static let renew = RedisScript(
        name: "renew",
        source: """
            redis.call('ZREM', KEYS[1], '')
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
            return 1
            """)

    /// Adds a job that is due later, and wakes a waiting worker when it is the next one due.
    /// KEYS: delayed, ready. ARGV: due ms, envelope.
    package static let delay = RedisScript(
        name: "delay",
        source: """
            redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
            if redis.call('ZRANGE', KEYS[1], 0, 0)[1] == ARGV[2] then redis.call('LPUSH', KEYS[2], '') end
            return 1
            """)

    /// Ends a claim and puts the job back for later. KEYS: claims, delayed, ready. ARGV: epoch, delay ms, envelope.
    /// Returns 0 when the claim was no longer ours; then nothing happens.
    package static let retry = RedisScript(
        name: "retry",
        source: """
            if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[3])
            if redis.call('ZRANGE', KEYS[2], 0, 0)[1] == ARGV[3] then redis.call('LPUSH', KEYS[3], '') end
            return 1
            """)

    /// Ends a claim and puts an ephemeral (or unreadable) job into the dead letters.
    /// KEYS: claims, dead, bodies. ARGV: epoch, id, reason and envelope joined by a newline. Returns 0 when the claim was no longer ours.
    package static let bury = RedisScript(
        name: "bury",
        source: """
            if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
            redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
            return 1
            """)

    /// Brings a dead ephemeral job back. KEYS: dead, bodies, ready. ARGV: id, envelope. Returns 0 when it is not there.
    package static let revive = RedisScript(
        name: "revive",
        source: """
            if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
            redis.call('HDEL', KEYS[2], ARGV[1])
            redis.call('LPUSH', KEYS[3], ARGV[2])
            return 1
            """)

    /// Puts one claimed job back to the head of the list. KEYS: claims, ready. ARGV: epoch.
    package static let putBack = RedisScript(
        name: "putBack",
        source: """
            local envelope = redis.call('HGET', KEYS[1], ARGV[1])
            if not envelope then return 0 end
            redis.call('HDEL', KEYS[1], ARGV[1])
            redis.call('RPUSH', KEYS[2], envelope)
            return 1
            """)

    /// Takes a process's claims and inbox back to the head of the ready list, oldest first, at most `limit` at a time.
    ///
    /// KEYS: leases, ready, claims, inbox, dead, bodies. ARGV: process, limit, 'lapsed' or 'retired', crashes allowed.
    /// 'lapsed' does nothing while the lease is alive, and counts a crash for each claimed ephemeral job (a durable one's crashes are
    /// counted by the ledger, which knows whether it had started); one with too many goes to the dead letters as quarantined.
    /// 'retired' is a process that leaves in good order: no crash. Returns [jobs taken back, quarantined, 1 when more are left].
    package static let reclaim = RedisScript(
        name: "reclaim",
        source: """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local lapsed = ARGV[3] == 'lapsed'
            if lapsed then
                local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
                if not lease or tonumber(lease) > now then return {0, 0, 0} end
            end
            local limit = tonumber(ARGV[2])
            local taken, quarantined = 0, 0
            local inbox = redis.call('LPOP', KEYS[4], limit) or {}
            for i = 1, #inbox do
                if inbox[i] ~= '' then redis.call('RPUSH', KEYS[2], inbox[i]); taken = taken + 1 end
            end
            local epochs = redis.call('HKEYS', KEYS[3])
            table.sort(epochs, function(a, b) return tonumber(a) > tonumber(b) end)
            local last = math.min(#epochs, limit)
            for i = 1, last do
                local epoch = epochs[i]
                local envelope = redis.call('HGET', KEYS[3], epoch)
                redis.call('HDEL', KEYS[3], epoch)
                local id, name, version, attempts, crashes, at, chain, kind, rest =
                    string.match(envelope, '^1 (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%S+) ([de]) (.*)$')
                local burial = nil
                if id and lapsed then
                    if kind == 'e' then
                        crashes = crashes + 1
                        if crashes >= tonumber(ARGV[4]) then burial = 'quarantined' end
                    elseif chain == '-' then
                        chain = epoch
                    else
                        chain = chain .. ',' .. epoch
                    end
                    envelope = table.concat({'1', id, name, version, attempts, string.format('%.0f', crashes), at, chain, kind, rest}, ' ')
                end
                if burial then
                    redis.call('ZADD', KEYS[5], now, id)
                    redis.call('HSET', KEYS[6], id, burial .. '\\n' .. envelope)
                    quarantined = quarantined + 1
                else
                    redis.call('RPUSH', KEYS[2], envelope)
                    taken = taken + 1
                end
            end
            local left = (#epochs > last or redis.call('LLEN', KEYS[4]) > 0) and 1 or 0
            if left == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
            return {taken, quarantined, left}
            """)

    /// Processes whose lease has lapsed. KEYS: leases.
    package static let lapsed = RedisScript(
        name: "lapsed",
        source: """
            local time = redis.call('TIME')
            return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', time[1] * 1000 + math.floor(time[2] / 1000), 'LIMIT', 0, 100)
            """)
}
