# shellcheck shell=bash
# For scripts that need servers for as long as they run: starts them, and removes them however the script ends.
# Sourced after lib.sh.

SESSION=

on_signal() {
    end_group INT
    exit 130
}

clean_up() {
    local status=$?
    trap '' INT TERM HUP
    end_group TERM
    [[ ! $SESSION ]] || "$ROOT/Scripts/servers" remove "$SESSION"
    exit "$status"
}

trap on_signal INT TERM HUP
trap clean_up EXIT

# use_servers NAME [--throw-away]: sets DATABASE_URL and REDIS_URL, of private servers unless both are set already.
use_servers() {
    if [[ ${DATABASE_URL:-} && ${REDIS_URL:-} ]]; then
        say "Using the servers of the environment."
    elif [[ ${DATABASE_URL:-}${REDIS_URL:-} ]]; then
        fail "Only one of DATABASE_URL and REDIS_URL is set. Set both to use your servers, or none to get private ones."
    else
        "$ROOT/Scripts/remove-leftovers"
        SESSION=$STATE/$1-$$
        shift
        in_group "$ROOT/Scripts/servers" start "$SESSION" "$@"
        load_settings "$SESSION/servers.env"
        # What is tested and measured makes its tables itself.
        export DATABASE_URL=$MIGRATION_DATABASE_URL
        unset MIGRATION_DATABASE_URL
    fi
}
