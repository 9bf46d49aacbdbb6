# A registry in a temporary folder and the people who work in it, for the release.sh of the examples; read by `source`.
#
# The passwords stand here because nothing is real. Otherwise evqc asks them at the terminal, and they stand nowhere.
# shellcheck shell=bash
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export EVQC_DATABASE="$work/evqc.db"
unset EVQC_USER
declare -A passwords=(
    [ada]='seven brown kettles' [anna]='a walk to the harbour' [rita]='lanterns over water' [quinn]='nineteen quiet owls'
)
begin='to begin with, for once'

# As a person would have typed it: in quotes where that is needed, without the temporary folder.
print_command() {
    local each words=()
    for each in "$@"; do
        each=${each//"$work/"/}
        if [[ $each =~ [^A-Za-z0-9_./=:-] ]]; then each="'$each'"; fi
        words+=("$each")
    done
    printf '\n$ %s\n' "${words[*]}"
}

# show ARGUMENT...: one command of evqc.
show() {
    print_command evqc "$@"
    evqc "$@"
}

# as PERSON ARGUMENT...: one command of `evqc release` in the name of a person, who gives the password.
as() {
    local user=$1
    shift
    print_command evqc release "$@" --user "$user"
    printf '%s\n' "${given:-${passwords[$user]}}" | evqc release "$@" --user "$user" --password-stdin
}

# expect EXIT COMMAND...: fails unless the command ends with this exit code.
expect() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    echo "exit $status"
    if [ "$status" != "$expected" ]; then
        echo "expected exit $expected" >&2
        exit 1
    fi
}

# An administrator, who signs nothing; an analyst, a reviewer and QA, each with a password of their own choice.
make_registry() {
    as ada database init --name 'Ada Example'
    local person id name role
    for person in 'anna:Anna Example:analyst' 'rita:Rita Example:reviewer' 'quinn:Quinn Example:QA release'; do
        IFS=: read -r id name role <<<"$person"
        given=${passwords[ada]}$'\n'$begin as ada user add "$id" --name "$name" --role "$role" --why 'new in the team'
        given=$begin$'\n'${passwords[$id]} as "$id" user password
    done
}
