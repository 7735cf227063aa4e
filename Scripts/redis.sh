# shellcheck shell=bash
# A private Redis: start, stop, remove. Sourced by Scripts/servers after lib.sh.

# Started by root, Redis runs as the user that Debian's package made for it.
as_redis() {
    if [[ $EUID -eq 0 ]]; then
        (cd / && exec setpriv --reuid=redis --regid=redis --init-groups "$@")
    else
        "$@"
    fi
}

# redis_home DIR: where the data of DIR lie. A user who cannot enter the checkout (root's home, say) gets a folder
# elsewhere.
redis_home() {
    if as_redis test -x "$1"; then
        echo "$1/redis"
    else
        echo "/var/lib/cartwright-$(printf '%s' "$1" | sha256sum | cut -c1-12)-redis"
    fi
}

redis_answers() { redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null | grep -q PONG; }

# redis_start DIR THROW_AWAY: sets REDIS_SERVER_URL. A throw-away server has no password, so that tests can reach it
# through proxies.
redis_start() {
    local home port password='' attempt owner=$EUID
    [[ $EUID -eq 0 ]] && owner=redis
    home=$(redis_home "$1")
    redis_stop "$1"
    # Where root's own Redis of an earlier version kept its data.
    [[ -d $home || ! -d $1/redis ]] || cp -r "$1/redis" "$home"
    install -d -m 700 -o "$owner" "$home"
    chown -R "$owner" "$home"
    if [[ ! $2 ]]; then
        [[ -f $1/redis.password ]] || random_word 16 | write_secret "$1/redis.password"
        password=$(<"$1/redis.password")
        export REDISCLI_AUTH=$password
    fi
    port=$(cat "$1/redis.port" 2>/dev/null) || port=$(random_port)
    for attempt in 1 2 3 4 5; do
        port_in_use "$port" && port=$(random_port)
        write_secret "$home/redis.conf" <<-CONFIGURATION
			bind 127.0.0.1
			port $port
			dir "$home"
			pidfile "$home/pid"
			logfile "$home/log"
			daemonize yes
			appendonly yes
			appendfsync everysec
			save ""
			maxmemory-policy noeviction
			${password:+requirepass $password}
		CONFIGURATION
        : >"$home/log"
        chown "$owner" "$home/redis.conf" "$home/log"
        as_redis redis-server "$home/redis.conf" && wait_for 10 redis_answers "$port" &&
            pid_in "$home/pid" "$home" >/dev/null && break
        [[ $attempt == 5 ]] && fail "Redis does not start: $(tail -n 5 "$home/log")"
        redis_stop "$1"
        port=$(random_port)
    done
    echo "$port" >"$1/redis.port"
    export REDIS_SERVER_URL=redis://${password:+default:$password@}127.0.0.1:$port
    unset REDISCLI_AUTH
}

# redis_stop DIR: stops the server of DIR when one runs, also one of an earlier start. SIGTERM makes Redis write what it
# holds first.
redis_stop() {
    local pid home
    home=$(redis_home "$1")
    pid=$(pid_in "$home/pid" "$home") || pid=$(pid_in "$1/redis/pid" "$1/redis") || return 0
    end_process "$pid" TERM 20 || end_process "$pid" KILL 5 || say "Redis (process $pid) does not stop."
}

redis_remove() {
    redis_stop "$1"
    rm -rf "$(redis_home "$1")"
}
