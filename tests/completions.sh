#!/usr/bin/env bash
# Loads the completions in the real shells and asks each for one completion.
set -euo pipefail
cd "$(dirname "$0")/../completions"

fail() {
    printf 'completions: %s\n' "$*" >&2
    exit 1
}

# shellcheck disable=SC2016 # The inner shells expand the variables.
answer=$(bash --norc -c '
    source ./useradm.bash
    COMP_WORDS=(useradm li) COMP_CWORD=1
    _useradm useradm li useradm
    echo "${COMPREPLY[@]}"')
[ "$answer" = list ] || fail "bash completes 'useradm li' to '$answer'"

answer=$(fish --no-config -c 'source ./useradm.fish; complete -C "useradm li"' | cut -f1)
[ "$answer" = list ] || fail "fish completes 'useradm li' to '$answer'"

# zsh completes only at a prompt, so one is driven on a pseudo-terminal; without a completion it
# would wait for ever.
# shellcheck disable=SC2016
answer=$(timeout 20 zsh -f -c '
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -D; echo rea\dy"
    zpty -r -m shell line "*ready*"
    zpty -n -w shell "useradm li"$'"'\t'"'
    zpty -r -m shell line "*useradm list*" && echo list
    zpty -d shell' || true)
[ "$answer" = list ] || fail "zsh does not complete 'useradm li'"

printf 'completions: bash, fish and zsh complete\n'
