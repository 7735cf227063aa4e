package import Redis

/// The engine's Lua scripts: each transition of a job in Redis is one of them, so no crash between commands can lose or
/// double it.
///
/// Times are Redis' own (`TIME`), never a client's. Epochs are `max(last + 1, server time in µs)`: they grow even over
/// an emptied Redis, and stay below 2⁵³, the largest integer a Lua number holds exactly, until the year 2255.
///
/// A Redis at its memory limit refuses a script whose first write needs memory, and lets the rest of one through that
/// has begun to write.
/// Claiming, renewing, retrying and recovering free more than they take, so each begins with a write that needs none.
package enum QueueScripts {
    /// Acknowledges finished claims, renews the lease, promotes due jobs and claims up to `free` more.
    ///
    /// KEYS: ready, delayed, leases, claims, inbox, epoch, settings, bucket, unique. ARGV: process, lease ms, free,
    /// number of acknowledged epochs, those epochs…, then for each finished holder of a unique key: epoch, key, id.
    ///
    /// Returns [acknowledgements that were no longer ours, next due time or -1, server ms, jobs left waiting or -1
    /// while paused, concurrency set for the queue or -1, ms until the rate limit lets the next job through or -1,
    /// epoch of the first envelope, envelope, envelope…]; the following envelopes have the following epochs.
    package static let claim = RedisScript(
        name: "claim",
        source: """
            redis.call('ZREM', KEYS[3], '')
            -- Lua can unpack some thousands of values, not any number.
            local acknowledged = 4 + ARGV[4]
            local fenced = tonumber(ARGV[4])
            for first = 5, acknowledged, 1000 do
                fenced = fenced - redis.call('HDEL', KEYS[4], unpack(ARGV, first, math.min(first + 999, acknowledged)))
            end
            for i = acknowledged + 1, #ARGV, 3 do
                if redis.call('HDEL', KEYS[4], ARGV[i]) == 0 then
                    fenced = fenced + 1
                elseif redis.call('HGET', KEYS[9], ARGV[i + 1]) == ARGV[i + 2] then
                    redis.call('HDEL', KEYS[9], ARGV[i + 1])
                end
            end
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local micros = time[1] * 1000000 + time[2]
            redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
            local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 200)
            if #due > 0 then
                redis.call('ZREM', KEYS[2], unpack(due))
                redis.call('LPUSH', KEYS[1], unpack(due))
            end
            local settings = redis.call('HMGET', KEYS[7], 'paused', 'concurrency', 'rate', 'burst')
            local reply = {fenced, -1, now, 0, tonumber(settings[2] or -1), -1, '0'}
            if settings[1] then
                while redis.call('LMOVE', KEYS[5], KEYS[1], 'RIGHT', 'RIGHT') do end
                reply[4] = -1
                return reply
            end
            local free = tonumber(ARGV[3])
            local rate, tokens = tonumber(settings[3]), nil
            if rate then
                local burst = tonumber(settings[4]) or 1
                local bucket = redis.call('HMGET', KEYS[8], 'tokens', 'at')
                local passed = math.max(0, micros - (tonumber(bucket[2]) or micros))
                tokens = math.min(burst, (tonumber(bucket[1]) or burst) + passed / 1000000 * rate)
                if tokens < free then free = math.floor(tokens) end
            end
            if free > 0 then
                local jobs = redis.call('RPOP', KEYS[5], free) or {}
                if #jobs < free then
                    local more = redis.call('RPOP', KEYS[1], free - #jobs) or {}
                    if #jobs == 0 then
                        jobs = more
                    else
                        for i = 1, #more do jobs[#jobs + 1] = more[i] end
                    end
                end
                local epoch = micros
                local last = tonumber(redis.call('GET', KEYS[6]) or 0)
                if last >= epoch then epoch = last + 1 end
                reply[7] = string.format('%.0f', epoch)
                local claims, n, count = {}, 0, 0
                for i = 1, #jobs do
                    local job = jobs[i]
                    if job ~= '' then
                        claims[n + 1] = epoch + count
                        claims[n + 2] = job
                        n = n + 2
                        count = count + 1
                        reply[7 + count] = job
                        if n == 1000 then
                            redis.call('HSET', KEYS[4], unpack(claims))
                            claims, n = {}, 0
                        end
                    end
                end
                if n > 0 then redis.call('HSET', KEYS[4], unpack(claims)) end
                if count > 0 then redis.call('SET', KEYS[6], string.format('%.0f', epoch + count)) end
                if rate then tokens = tokens - count end
            end
            if rate then
                redis.call('HSET', KEYS[8],
                    'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', micros))
                if tokens < 1 then reply[6] = math.ceil((1 - tokens) / rate * 1000) end
            end
            reply[4] = redis.call('LLEN', KEYS[1])
            local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
            if next[2] then reply[2] = tonumber(next[2]) end
            return reply
            """)

    /// Renews a process's lease and promotes due jobs, also while all slots of all processes are taken.
    /// KEYS: leases, delayed, ready, claims, inbox. ARGV: process, lease ms.
    /// Returns [ms until the next delayed job is due or -1, claims of the process, jobs in its inbox].
    package static let renew = RedisScript(
        name: "renew",
        source: """
            redis.call('ZREM', KEYS[1], '')
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 200)
            if #due > 0 then
                redis.call('ZREM', KEYS[2], unpack(due))
                redis.call('LPUSH', KEYS[3], unpack(due))
            end
            local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
            local untilDue = next[2] and math.max(0, tonumber(next[2]) - now) or -1
            return {untilDue, redis.call('HLEN', KEYS[4]), redis.call('LLEN', KEYS[5])}
            """)

    /// Adds jobs that are due later, and wakes a waiting worker when the next one due is among them.
    /// KEYS: delayed, ready. ARGV: due ms and envelope of each.
    package static let delay = RedisScript(
        name: "delay",
        source: """
            local before = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
            for first = 1, #ARGV, 1000 do
                redis.call('ZADD', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
            end
            if redis.call('ZRANGE', KEYS[1], 0, 0)[1] ~= before then redis.call('LPUSH', KEYS[2], '') end
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
    /// KEYS: claims, dead, bodies, unique. ARGV: epoch, id, reason and envelope joined by a newline, unique key or ''.
    /// Returns 0 when the claim was no longer ours.
    package static let bury = RedisScript(
        name: "bury",
        source: """
            if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
            redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
            if ARGV[4] ~= '' and redis.call('HGET', KEYS[4], ARGV[4]) == ARGV[2] then
                redis.call('HDEL', KEYS[4], ARGV[4])
            end
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
    /// KEYS: leases, ready, claims, inbox, dead, bodies, unique, delayed. ARGV: process, limit, 'lapsed' or 'retired',
    /// crashes allowed.
    /// 'lapsed' does nothing while the lease is alive, and counts a crash for each claimed ephemeral job (a durable
    /// one's crashes are counted by the ledger, which knows whether it had started); one with too many goes to the dead
    /// letters as quarantined.
    /// 'retired' is a process that leaves in good order: no crash. Returns [jobs taken back, quarantined, 1 when more
    /// are left].
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
                local id, name, version, attempts, crashes, at, chain, kind, payload, unique, body =
                    string.match(envelope, '^2 (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%S+) ([de]) (%d+) (%d+)\\n()')
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
                    local header = table.concat(
                        {'2', id, name, version, attempts, string.format('%.0f', crashes), at, chain, kind, payload,
                         unique}, ' ')
                    local key = string.sub(envelope, body + payload, body + payload + unique - 1)
                    envelope = header .. '\\n' .. string.sub(envelope, body)
                    if burial and key ~= '' and redis.call('HGET', KEYS[7], key) == id then
                        redis.call('HDEL', KEYS[7], key)
                    end
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
            if left == 0 then
                redis.call('ZREM', KEYS[1], ARGV[1])
                -- It may have been the only one that knew when the next delayed job is due: another process must look.
                if redis.call('EXISTS', KEYS[8]) == 1 then redis.call('LPUSH', KEYS[2], '') end
            end
            return {taken, quarantined, left}
            """)

    /// Processes whose lease has lapsed, and when the next will. KEYS: leases.
    /// Returns [ms until the next living lease would lapse or -1, process, process…].
    package static let lapsed = RedisScript(
        name: "lapsed",
        source: """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local reply = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)
            local next = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
            table.insert(reply, 1, next[2] and tonumber(next[2]) - now or -1)
            return reply
            """)

    /// Pushes envelopes to a list that holds at most `bound`: all of them or none.
    /// KEYS: ready. ARGV: bound, envelope…. Returns 1, or 0 when they do not fit.
    package static let pushBounded = RedisScript(
        name: "pushBounded",
        source: """
            if redis.call('LLEN', KEYS[1]) + #ARGV - 1 > tonumber(ARGV[1]) then return 0 end
            for first = 2, #ARGV, 1000 do
                redis.call('LPUSH', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
            end
            return 1
            """)

    /// Enqueues an ephemeral job unless another holds its unique key.
    /// KEYS: ready, delayed, unique. ARGV: key, id, envelope, due ms or '', bound or ''.
    /// Returns the id of the holder, which is the job's own when it was enqueued, or 0 when the list is full.
    package static let pushUnique = RedisScript(
        name: "pushUnique",
        source: """
            local holder = redis.call('HGET', KEYS[3], ARGV[1])
            if holder then return holder end
            if ARGV[5] ~= '' and redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
            redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
            if ARGV[4] == '' then
                redis.call('LPUSH', KEYS[1], ARGV[3])
            else
                redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
                if redis.call('ZRANGE', KEYS[2], 0, 0)[1] == ARGV[3] then redis.call('LPUSH', KEYS[1], '') end
            end
            return ARGV[2]
            """)

    /// Frees the unique key of a job that starts, where the key counts only until then. KEYS: unique. ARGV: key, id.
    package static let freeUnique = RedisScript(
        name: "freeUnique",
        source: """
            if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
            return 0
            """)
}
