# shellcheck shell=bash
# A private PostgreSQL: start, stop, remove. Sourced by Scripts/servers after lib.sh.

POSTGRES_OLDEST=14

# PostgreSQL refuses to run as root: as root it runs as the user Debian's package made for it.
as_postgres() {
    if [[ $EUID -eq 0 ]]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

# postgres_home DIR: where the data of DIR lie. A user who cannot enter the checkout (root's home, say) gets a folder
# elsewhere.
postgres_home() {
    if as_postgres test -x "$1"; then
        echo "$1/postgres"
    else
        echo "/var/lib/cartwright-$(printf '%s' "$1" | sha256sum | cut -c1-12)"
    fi
}

# postgres_programs HOME: the folder of initdb and pg_ctl: of the version that made the data, else the newest.
postgres_programs() {
    local version folder
    if as_postgres test -f "$1/data/PG_VERSION"; then
        version=$(as_postgres cat "$1/data/PG_VERSION")
    else
        version=$(for folder in /usr/lib/postgresql/*/bin/initdb; do
            [[ $folder =~ /([0-9]+)/bin ]] && echo "${BASH_REMATCH[1]}"
        done | sort -n | tail -n 1)
    fi
    folder=/usr/lib/postgresql/$version/bin
    [[ -x $folder/initdb ]] || fail "The data in $1 need PostgreSQL ${version:-}, which is not installed." \
        "Install postgresql-$version, or drop the data with 'make reset'."
    ((version >= POSTGRES_OLDEST)) || fail "PostgreSQL $version is too old; $POSTGRES_OLDEST or newer is needed."
    echo "$folder"
}

postgres_initialize() { # DIR HOME PROGRAMS
    local owner=$EUID passwords=$2/password
    [[ $EUID -eq 0 ]] && owner=postgres
    [[ $2 == "$1"/* ]] || say "User postgres cannot enter $1, so PostgreSQL keeps its data in $2."
    install -d -m 700 -o "$owner" "$2"
    [[ -f $1/postgres.password ]] || random_word 16 | write_secret "$1/postgres.password"
    install -m 600 -o "$owner" "$1/postgres.password" "$passwords"
    as_postgres rm -rf "$2/data.new"
    as_postgres "$3/initdb" -D "$2/data.new" -U cartwright --pwfile="$passwords" --auth=scram-sha-256 --encoding=UTF8 \
        --locale=C.UTF-8 --no-sync >"$1/initdb.log" 2>&1 ||
        fail "PostgreSQL's initdb failed: $(tail -n 5 "$1/initdb.log")"
    as_postgres rm -f "$passwords"
    as_postgres mv "$2/data.new" "$2/data"
}

# postgres_start DIR THROW_AWAY: sets POSTGRES_URL.
postgres_start() {
    local home programs options port attempt
    home=$(postgres_home "$1")
    programs=$(postgres_programs "$home")
    postgres_stop "$1"
    as_postgres test -d "$home/data" || postgres_initialize "$1" "$home" "$programs"

    options="-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 -c timezone=UTC"
    # Errors name the constraint, never the row: rows hold email addresses, names and password hashes, which no log is a
    # place for.
    options+=" -c log_error_verbosity=terse -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0"
    [[ $2 ]] && options+=" -c fsync=off -c full_page_writes=off"
    port=$(cat "$1/postgres.port" 2>/dev/null) || port=$(random_port)
    for attempt in 1 2 3 4 5; do
        port_in_use "$port" && port=$(random_port)
        # A port taken by another process between the look and the start, or back-ends of a killed server still going:
        # try again.
        as_postgres rm -f "$home/log"
        as_postgres "$programs/pg_ctl" start -s -w -t 60 -D "$home/data" -l "$home/log" -o "$options -p $port" \
            >/dev/null 2>&1 && break
        [[ $attempt == 5 ]] && fail "PostgreSQL does not start: $(as_postgres tail -n 5 "$home/log")"
        port=$(random_port)
        sleep 1
    done
    echo "$port" >"$1/postgres.port"

    local query=(psql -X -q -A -t -h 127.0.0.1 -p "$port" -U cartwright -d postgres -v ON_ERROR_STOP=1)
    PGPASSWORD=$(<"$1/postgres.password")
    export PGPASSWORD
    [[ $("${query[@]}" -c "SELECT 1 FROM pg_database WHERE datname = 'cartwright'") ]] ||
        "${query[@]}" -c 'CREATE DATABASE cartwright'
    export POSTGRES_URL=postgres://cartwright:$PGPASSWORD@127.0.0.1:$port/cartwright
    export POSTGRES_APP_URL=$POSTGRES_URL
    # Who serves customers reads and writes rows; tables belong to the user who migrates. Throw-away servers are for
    # tests, which make databases.
    if [[ ! $2 ]]; then
        [[ -f $1/postgres.app-password ]] || random_word 16 | write_secret "$1/postgres.app-password"
        local password
        password=$(<"$1/postgres.app-password")
        [[ $("${query[@]}" -c "SELECT 1 FROM pg_roles WHERE rolname = 'cartwright_app'") ]] ||
            "${query[@]}" -c 'CREATE ROLE cartwright_app LOGIN'
        # Through standard input, so that no list of processes and no log shows it.
        printf "SET log_min_error_statement = panic; ALTER ROLE cartwright_app PASSWORD '%s';\n" "$password" |
            "${query[@]}"
        POSTGRES_APP_URL=postgres://cartwright_app:$password@127.0.0.1:$port/cartwright
    fi
    unset PGPASSWORD
}

# postgres_stop DIR: stops the server of DIR when one runs, also one of an earlier start.
postgres_stop() {
    local home pid
    home=$(postgres_home "$1")
    pid=$(as_postgres cat "$home/data/postmaster.pid" 2>/dev/null | head -n 1) || return 0
    [[ $pid ]] && [[ $(readlink "/proc/$pid/cwd") == "$(as_postgres readlink -f "$home/data")" ]] || return 0
    # SIGINT asks for a fast shutdown, SIGQUIT for an immediate one.
    end_process "$pid" INT 30 || end_process "$pid" QUIT 10 || say "PostgreSQL (process $pid) does not stop."
}

postgres_remove() {
    local home
    home=$(postgres_home "$1")
    postgres_stop "$1"
    rm -rf "$home"
}
