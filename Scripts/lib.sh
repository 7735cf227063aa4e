# shellcheck shell=bash
# What the scripts of this folder share. Source it; it changes into the checkout's top folder.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export ROOT=$PWD
export STATE=$ROOT/.cartwright

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "Error: $*"
    exit 1
}

# as_root COMMAND…: runs the command as root, through sudo where need be.
as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "'$*' needs root, and sudo is not installed. Run this as root, or install sudo."
    fi
}

# random_base64 BYTES: that many bytes from the kernel, in base64, on one line.
random_base64() { head -c "$1" /dev/urandom | base64 -w0; }

# random_word BYTES: the same in hexadecimal, safe inside URLs.
random_word() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# write_secret FILE: stores standard input where only the owner can read it.
write_secret() { (umask 077 && cat >"$1.new" && mv "$1.new" "$1"); }

# load_settings FILE: exports the NAME=value lines of a file, except names the environment has already.
load_settings() {
    [[ -f $1 ]] || return 0
    local line name
    while IFS= read -r line || [[ -n $line ]]; do
        name=${line%%=*}
        [[ $line == *=* && $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ && -z ${!name+set} ]] && export "$name=${line#*=}"
    done <"$1"
    return 0
}

# port_in_use PORT: whether a process of this machine listens there.
port_in_use() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: the first port from FIRST on where no process listens.
free_port() {
    local port
    for ((port = $1; port < 65536; port++)); do
        port_in_use "$port" || {
            echo "$port"
            return
        }
    done
    fail "No free port from $1 on."
}

# free_ports FIRST COUNT: the first port from FIRST on that begins a row of so many free ones.
free_ports() {
    local port offset
    for ((port = $1; port + $2 <= 65536; port += offset + 1)); do
        for ((offset = 0; offset < $2; offset++)); do ! port_in_use $((port + offset)) || continue 2; done
        echo "$port"
        return
    done
    fail "No $2 free ports in a row from $1 on."
}

# random_port: a free port below the range the kernel hands out for outgoing connections.
random_port() { free_port $((20000 + RANDOM % 12000)); }

# pid_in FILE FOLDER: prints the process id in the first line of FILE when that process lives and works in FOLDER.
# Both servers change into their data folder, so an id that was given to another process since does not match.
pid_in() {
    local pid
    pid=$(head -n 1 "$1" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ && $(readlink -f "/proc/$pid/cwd") == "$(readlink -f "$2")" ]] || return 1
    echo "$pid"
}

# wait_for SECONDS COMMAND…: repeats the command until it succeeds; fails when the time is over.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# is_gone PID: whether the process has ended; one that waits to be collected by its parent counts as ended.
is_gone() { ! readlink "/proc/$1/exe" >/dev/null 2>&1; }

# group_is_gone PGID: the same for all of a process group.
group_is_gone() {
    local stat
    for stat in /proc/[0-9]*/stat; do
        [[ $(cat "$stat" 2>/dev/null) =~ \)\ ([A-Z])\ [0-9]+\ ([0-9]+)\  &&
            ${BASH_REMATCH[2]} == "$1" && ${BASH_REMATCH[1]} != Z ]] && return 1
    done
    return 0
}

# end_process PID SIGNAL SECONDS: sends the signal and waits; fails when the process is still there.
end_process() {
    kill "-$2" "$1" 2>/dev/null || true
    wait_for "$3" is_gone "$1"
}

# end_with PARENT [SETPRIV-OPTION…] -- COMMAND…: becomes the command, which the kernel ends when its parent ends, by
# whatever signal. The kernel tells only who has asked, so a command whose parent was killed before that looks for
# itself.
end_with() {
    local parent=$1 options=() option
    for option in "${@:2}"; do
        [[ $option != -- ]] || break
        options+=("$option")
    done
    shift $((2 + ${#options[@]}))
    # shellcheck disable=SC2016 # The new process looks at its own parent.
    exec setpriv --pdeathsig TERM "${options[@]}" -- bash -c '[[ $PPID == "$0" ]] || exit 143; exec "$@"' "$parent" "$@"
}

# in_group COMMAND…: runs the command in a process group of its own and waits for it. A signal to this script interrupts
# the wait, so that traps run at once; the trap calls end_group. When this script is killed, the kernel ends the
# command. Returns the command's exit status.
in_group() {
    local status=0
    set -m
    end_with $$ -- "$@" </dev/null &
    GROUP=$!
    LAST_GROUP=$GROUP
    set +m
    wait "$GROUP" || status=$?
    GROUP=
    return "$status"
}

# end_leftovers: kills what the last in_group left behind: children of a process that crashed before it could end them.
end_leftovers() { kill -KILL -- "-$LAST_GROUP" 2>/dev/null || true; }

# end_group SIGNAL: passes a signal to what in_group runs and waits until it is gone, 30 s at most.
end_group() {
    [[ -n ${GROUP:-} ]] || return 0
    kill "-$1" -- "-$GROUP" 2>/dev/null || return 0
    wait_for 30 group_is_gone "$GROUP" || kill -KILL -- "-$GROUP" 2>/dev/null || true
}

# processes_are STATE FOLDER NAME…: whether the runner of that folder says so of each of these processes.
processes_are() {
    local process
    for process in "${@:3}"; do [[ $(cat "$2/$process" 2>/dev/null) == "$1"* ]] || return 1; done
}

# ask_runner WORD STATE NAME…: asks what `make run` runs by these names to "start" or "stop", and waits until it is so.
# A name stands for all of its processes: worker for worker-1 and worker-2.
ask_runner() {
    local word=$1 expected=$2 folder=${PROCESSES:-$STATE/processes} name process known=() chosen=() count
    shift 2
    is_gone "$(cat "$folder/runner" 2>/dev/null || echo none)" &&
        fail "Nothing runs from this checkout. 'make run' starts it."
    for process in "$folder"/*; do
        process=${process##*/}
        [[ $process == runner || $process == requests || $process == errors ]] || known+=("$process")
    done
    for name; do
        count=${#chosen[@]}
        for process in "${known[@]}"; do
            [[ $process == "$name" || $process =~ ^"$name"-[0-9]+$ ]] && chosen+=("$process")
        done
        ((${#chosen[@]} > count)) || fail "There is no process '$name'. There are: ${known[*]}."
    done
    for name; do echo "$word $name" >"$folder/requests"; done
    wait_for 60 processes_are "$expected" "$folder" "${chosen[@]}" ||
        fail "It is not done after 60 s; 'make run' tells why."
    for process in "${chosen[@]}"; do say "$process: $(cat "$folder/$process")"; done
}
