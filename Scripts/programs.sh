# shellcheck shell=bash
# Where the built programs run: as root each as a user of its own, from a copy that these users can read. Sourced after
# lib.sh.

# programs_home STATE: the folder for what the programs of this checkout need at run time. A user's own checkout has it
# inside; that of root may lie where no other user can look.
programs_home() {
    if [[ $EUID -eq 0 ]]; then
        echo "/var/lib/cartwright-$(printf '%s' "$1" | sha256sum | cut -c1-12)-programs"
    else
        echo "$1/programs"
    fi
}

# service_user NAME: makes the system user, unless there is one.
service_user() {
    getent passwd "$1" >/dev/null ||
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1"
}

# copy_programs HOME BUILT: puts the programs with their resources into HOME/bin, with the libraries that lie where
# other users cannot look.
copy_programs() {
    local bin=$1/bin file program library
    install -d -m 755 "$1"
    [[ -f $bin/.copied && ! $2/API -nt $bin/.copied && ! $2/Worker -nt $bin/.copied &&
        ! $2/Sandbox -nt $bin/.copied ]] && return
    rm -rf "$bin.new"
    install -d -m 755 "$bin.new"
    for program in API Worker Sandbox; do
        install -m 755 "$2/$program" "$bin.new/$program"
        # Beside the program is where it looks first.
        while read -r library; do
            case $library in
            /lib/* | /lib64/* | /usr/lib/*) ;;
            *) [[ -f $bin.new/${library##*/} ]] || install -m 755 "$library" "$bin.new/" ;;
            esac
        done < <(ldd "$2/$program" | awk '$3 ~ /^\// { print $3 }')
    done
    for file in "$2"/*.resources; do
        if [[ -d $file ]]; then cp -r "$file" "$bin.new/"; fi
    done
    chmod -R a+rX "$bin.new"
    touch "$bin.new/.copied"
    rm -rf "$bin"
    mv "$bin.new" "$bin"
}
