#!/usr/bin/env bash
# timeout: 300
# The open ports, the services with their users and rights, set-user-id files, and every path that a
# service's user may write are those of open-and-writable.list, and no others. Nobody can log in,
# the kernel is locked down, and hardened as /etc/sysctl.conf says.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell --watchdog i6300esb "$BASE_ISO"
wait_until_it_serves
fed() { in_guest "grep -q watchdog /proc/\$(cat /etc/sv/watchdog/supervise/pid)/comm"; }
wait_for 60 "the watchdog's feeder" fed

# Without the debug shell, which is there for this test.
ports() {
  in_guest "netstat -lntup" | awk '/^(tcp|udp)/ { sub(/.*[/]/, "", $NF); print $1, $4, $NF }'
}
services() {
  local keys="Uid|CapBnd|CapEff|NoNewPrivs|Seccomp"
  in_guest "cd /etc/sv; for s in *; do echo \$s \$(grep -E '^($keys):' \
/proc/\$(cat \$s/supervise/pid)/status | cut -f 2); done" | grep -v '^debug-shell ' |
    python3 -c 'import sys
names = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD""".split()
for line in sys.stdin:
    service, uid, effective, bounding, new_privs, seccomp = line.split()
    mask = int(bounding, 16)
    caps = [name for bit, name in enumerate(names) if mask >> bit & 1]
    if mask >> len(names) or effective != bounding:
        caps.append(f"effective={effective},bounding={bounding}")
    print(service, "uid=" + uid, "no-new-privs=" + new_privs, "seccomp=" + seccomp, *caps)'
}
# writable USER: of files, folders and devices.
writable() {
  in_guest "su -s /bin/sh -c 'find / \\( -path /proc -o -path /sys \\) -prune -o ! -type l -print \
2>/dev/null | while read -r f; do [ ! -w \"\$f\" ] || echo \"\$f\"; done' $1" |
    sed -e 's|^/run/log/[a-z][^/]*|/run/log/*|' -e 's|^\(/run/log/[*]/\)@.*|\1@*|' | sort -u |
    sed "s/^/$1 /"
}
{
  grep '^#' "$ROOT/tests/boot/open-and-writable.list"
  echo "[ports]"
  ports | sort
  echo "[services]"
  services | sort
  echo "[set-user-id files]"
  in_guest "find / -xdev -type f -perm /6000"
  echo "[writable]"
  for user in identity registryd controld tftpd netbootd console log watchdog; do
    writable $user
  done |
    awk '{ lines[NR] = $0; path[NR] = $2; users[$2]++ }
      END { for (n = 1; n <= NR; ++n) if (users[path[n]] < 8) print lines[n]
        else if (!told[path[n]]++) print "everybody " path[n] }' | sort
} >"$WORK/found"
diff -u --label "on the list" "$ROOT/tests/boot/open-and-writable.list" --label "in the appliance" \
  "$WORK/found" || fail "this is not on the list, or not there any more: see the lines with + and -"

# Whatever runs besides init, its supervisors and this shell has given up rights.
others=$(in_guest "for p in /proc/[0-9]*; do grep -q . \$p/cmdline 2>/dev/null || continue; \
grep -q 'NoNewPrivs:.1' \$p/status || cat \$p/comm; done; true" | sort -u |
  grep -v -x -e init -e runsvdir -e runsv -e sh -e run -e grep -e sort -e cat || true)
expect "processes with all their rights" "$others" ""
! in_guest "touch /written" 2>/dev/null || fail "the root file system can be written"
# A service that is root by its user alone gets no other rights through the kernel's settings.
settings="/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe"
before=$(in_guest "cat $settings")
in_guest "for s in $settings; do confine sh -c \"echo /run/mine > \$s\" 2> /dev/null; done; true"
expect "the kernel's helpers" "$(in_guest "cat $settings")" "$before"

in_guest "su -s /bin/sh -c \"cat /run/airgap/tls/server.key\" tftpd > /dev/null 2>&1" &&
  fail "tftpd can read the key of the certificate"
in_guest "su -s /bin/sh -c \"cat /run/airgap/tls/ca.key\" registryd > /dev/null 2>&1" &&
  fail "registryd can read the key of the CA"
# The kernel took every line of the list, and is locked down.
in_guest "cat /etc/sysctl.conf" | grep -v -e '^#' -e '^$' | tr -d ' ' >"$WORK/wanted"
in_guest "(cd /proc/sys; grep -H . $(cut -d = -f 1 "$WORK/wanted" | xargs))" | sed 's/:/=/' \
  >"$WORK/sysctl"
diff "$WORK/wanted" "$WORK/sysctl" || fail "the kernel did not take these"
[ "$(wc -l <"$WORK/sysctl")" -ge 30 ] || fail "the list is short"
in_guest "cat /sys/kernel/security/lockdown" | finds -F "[integrity]" || fail "no lockdown"
in_guest "ps | grep -v grep | grep -E \"getty|login|telnetd|sshd\"" && fail "somebody can log in"
true
