#!/bin/sh
# Installs packages of Debian or Ubuntu without starting the services they bring: tests start their own.
set -eu

fail() { echo "make peers: $1" >&2; exit 1; }

command -v apt-get >/dev/null || fail "only Debian and Ubuntu (apt-get) are known; install: $*"
if [ "$(id -u)" = 0 ]; then as_root=env
elif sudo -n true 2>/dev/null; then as_root="sudo env"
else fail "this needs root: sudo apt-get install --no-install-recommends $*"
fi

# What a package's script asks before it starts a service (deb-systemd-invoke, invoke-rc.d); 101 means: leave it.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap '$as_root rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
    $as_root chmod 755 /usr/sbin/policy-rc.d
fi
export_quiet="DEBIAN_FRONTEND=noninteractive"
$as_root $export_quiet apt-get -qq update || fail "apt-get update failed"
$as_root $export_quiet apt-get -qq install --yes --no-install-recommends "$@" >/dev/null || fail "apt-get install failed"
