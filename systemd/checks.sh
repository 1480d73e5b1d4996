#!/bin/bash
# What the units promise, asked of a booted systemd: run by scripts/test-systemd inside one, as root. It installs what
# lies beside it (forecastd, the units, checks-shim.so) into that system, so never run it on a machine you care for.
# Lines that begin with # are for the reader; the last line counts.
here=$(cd "$(dirname "$0")" && pwd)
ingest=/run/forecastd/ingest.sock
passed=0 failed=0 skipped=0

# is NAME GOT WANTED: WANTED is a pattern of the shell.
is() {
    # shellcheck disable=SC2053
    if [[ "$2" == $3 ]]; then passed=$((passed + 1)); echo "ok - $1  [$2]"
    else failed=$((failed + 1)); echo "NOT OK - $1  [got '$2', wanted '$3']"; fi
}
skip() { skipped=$((skipped + 1)); echo "skipped - $1"; }
note() { sed 's/^/#   /'; }
prop() { systemctl show -P "$1" "${2:-forecastd.service}"; }
main() { prop MainPID; }
# Waits until a command succeeds: until_ SECONDS COMMAND.
until_() { local end=$((SECONDS + $1)); shift; until eval "$*"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
as() { local user=$1; shift; runuser -u "$user" -- "$@"; }
send() { timeout 70 socat -t60 - "UNIX-CONNECT:$ingest" 2>&1; }
log() { journalctl --no-pager -o cat -u forecastd.service "$@"; }
drop_in() { install -D -m644 /dev/stdin "/run/systemd/system/forecastd.service.d/$1.conf"; systemctl daemon-reload; }
no_drop_ins() { rm -rf /run/systemd/system/forecastd.service.d; systemctl daemon-reload; }
fresh_start() { systemctl restart forecastd.service; until_ 20 '[ "$(prop ActiveState)" = active ]'; }
count_of() { as insider forecastd query "$1" --from 1d --json 2>/dev/null | tr -d '\n ' | sed 's/.*"values":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | sort -n | uniq | grep -c .; }

install_all() {
    install -m755 "$here/forecastd" /usr/bin/forecastd
    install -D -m644 "$here/forecastd.sysusers" /usr/lib/sysusers.d/forecastd.conf
    install -m644 "$here"/forecastd{,-host}.service "$here"/forecastd{,-api}.socket /usr/lib/systemd/system/
    systemd-sysusers
    systemctl daemon-reload
    useradd -M -G forecastd insider
    useradd -M outsider
    is "sysusers made the user" "$(getent passwd forecastd)" "forecastd:*:/var/lib/forecastd:/usr/sbin/nologin"
    is "verify is silent" \
        "$(systemd-analyze verify --man=no /usr/lib/systemd/system/forecastd{,-host}.service /usr/lib/systemd/system/forecastd{,-api}.socket 2>&1)" ""
}

sockets() {
    systemctl -q enable --now forecastd.socket forecastd-api.socket
    is "enabled sockets start nothing by themselves" "$(prop ActiveState)" inactive
    is "ingest socket: mode and owner" "$(stat -c '%a %U:%G' $ingest)" "660 root:forecastd"
    is "API socket: mode and owner" "$(stat -c '%a %U:%G' /run/forecastd/api.sock)" "660 root:forecastd"
    is "a user outside of the group is refused" "$(echo 'room value=1' | as outsider socat -u - UNIX-CONNECT:$ingest 2>&1)" "*Permission denied*"
    is "a client outside of the group gets exit code 77" "$(as outsider forecastd status >/dev/null 2>&1; echo $?)" 77
    is "... and did not start the service" "$(prop ActiveState)" inactive
    is "the first write starts the service and is acknowledged" \
        "$(printf 'room temperature=21\nthis is no line\nsync\n' | timeout 40 runuser -u insider -- socat -t30 - UNIX-CONNECT:$ingest)" "ok 1"
    is "the service is up, and it said so itself" "$(prop ActiveState) $(prop Type) $(prop StatusText)" "active notify * series, * points*"
    is "a bad line is logged with the client's uid" "$(log | grep 'line 2')" "*uid $(id -u insider), gid *: line 2, column *"
    is "... as a warning" "$(log -p warning | grep -c 'line 2')" 1
    is "a new series knows who brought it" "$(as forecastd forecastd sql --json --store /var/lib/forecastd/forecasts.db 'SELECT uid FROM v_series' | tr -d ' \n')" "*$(id -u insider)*"
    systemctl --no-pager --full status forecastd.service | note
}

sandbox() {
    local p; p=$(main)
    is "no capability, no new privileges, a filter" \
        "$(grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/"$p"/status | tr -s '\t\n' ' ')" "CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
    is "runs as its user" "$(stat -c %U /proc/"$p")" forecastd
    is "state: owner and modes" "$(stat -c '%a %U' /var/lib/forecastd /var/lib/forecastd/forecasts.db | tr '\n' ' ')" "750 forecastd 640 forecastd "
    is "/etc is read-only to it" "$(sh -c "echo x >/proc/$p/root/etc/forecastd-probe" 2>&1)" "*Read-only file system*"
    is "home directories are hidden" "$(ls -A /proc/"$p"/root/home | grep -c .)" 0
    is "no program can be run in it" "$(nsenter -t "$p" -m /bin/true 2>&1)" "*Permission denied*"
    is "no network but lo" "$(awk 'NR > 2 {print $1}' /proc/"$p"/net/dev | tr -d '\n')" "lo:"
    is "the runtime library complains of nothing" "$(log | grep -c 'thread priority')" 0
    is "no runtime directory of its own beside inherited sockets" "$(ls -A /proc/"$p"/root/tmp | grep -c .)" 0
}

restarts_under_a_writer() {
    python3 "$here/checks-writer.py" $ingest restarts 12 >/tmp/writer 2>/tmp/writer.errors &
    local writer=$! i
    for i in 1 2 3; do sleep 2; systemctl restart forecastd.service || echo "# restart $i failed"; done
    wait $writer
    local connects refused acknowledged longest
    read -r connects refused acknowledged longest </tmp/writer
    is "three restarts under a writer refuse no connection" "$refused refused of $connects, acknowledged $acknowledged" "0 refused of *"
    is "... and lose no acknowledged line" "$(count_of restarts)" "$acknowledged"
    echo "# the longest a line waited: $longest ms"
}

reload() {
    mkdir -p /etc/forecastd
    echo 'limits: {series: 2}' >/etc/forecastd/forecastd.yaml
    systemctl reload forecastd.service
    is "a good configuration is taken" "$(until_ 5 '[ "$(log | grep -c "configuration reloaded")" -gt 0 ]'; log -n 5 | grep -c 'configuration reloaded')" 1
    printf 'one v=1\ntwo v=2\nsync\n' | send >/dev/null
    is "... and its limit holds" "$(as insider forecastd series --all --json two_v 2>/dev/null | grep -c '"two_v"')" 0
    printf 'limits:\n  series: 100\n  serie: 3\n' >/etc/forecastd/forecastd.yaml
    local p; p=$(main)
    is "reloading a broken one fails" "$(systemctl reload forecastd.service 2>&1 | head -1)" "Job for forecastd.service failed*"
    until_ 5 '[[ "$(prop StatusText)" == *forecastd.yaml:* ]]'
    is "a broken one is refused, with its place in STATUS=" "$(prop StatusText)" "*old one stays in force*/etc/forecastd/forecastd.yaml:3:3: limits.serie: *"
    is "... and in the log, as an error" "$(log -p err | grep yaml | tail -1)" "*/etc/forecastd/forecastd.yaml:3:3: limits.serie: *"
    printf 'two v=2\nsync\n' | send >/dev/null
    is "... and the old limit still holds" "$(as insider forecastd series --all --json two_v 2>/dev/null | grep -c '"two_v"')" 0
    sleep 11
    is "... and STATUS= still says so ten seconds later" "$(prop StatusText)" "*forecastd.yaml:3:3*points*"
    is "... and the process is the same" "$(main)" "$p"
    systemctl --no-pager --full status forecastd.service -n 0 | grep Status: | note
    echo 'limits: {series: 100}' >/etc/forecastd/forecastd.yaml
    systemctl reload forecastd.service
    printf 'two v=2\nsync\n' | send >/dev/null
    is "mended, it is taken, and the new limit holds" "$(as insider forecastd series --all --json two_v 2>/dev/null | grep -c '"two_v"')" 1
    until_ 15 '[[ "$(prop StatusText)" == *series,*points* ]]'
    is "... and STATUS= is about series again" "$(prop StatusText)" "[0-9]* series, * points, *"
    rm /etc/forecastd/forecastd.yaml
    fresh_start
}

stop_with_a_mute_client() {
    printf 'mute v=1\nsync\n' | send >/dev/null
    as insider python3 -c "import socket, time; s = socket.socket(socket.AF_UNIX); s.connect('$ingest'); s.send(b'mute v=2'); time.sleep(60)" &
    local mute=$! begin
    sleep 1
    begin=$(milliseconds)
    systemctl stop forecastd.service 2>/dev/null
    local took=$(($(milliseconds) - begin))
    is "stop with a mute client takes less than 5 s" "$((took < 5000)) ($took ms)" "1 (*"
    is "... and is a clean end" "$(prop Result) $(prop ExecMainStatus)" "success 0"
    kill $mute
    systemctl start forecastd.service
}

killed() {
    python3 "$here/checks-writer.py" $ingest killed 6 >/tmp/writer 2>/tmp/writer.errors &
    local writer=$! before; before=$(prop NRestarts)
    sleep 2
    kill -9 "$(main)"
    wait $writer
    local connects refused acknowledged longest
    read -r connects refused acknowledged longest </tmp/writer
    is "kill -9 under a writer refuses no connection" "$refused refused of $connects, acknowledged $acknowledged" "0 refused of *"
    is "... the next process serves them" "$(($(prop NRestarts) - before))" 1
    is "... and no acknowledged line is lost" "$(count_of killed)" "$acknowledged"
    echo "# the longest a line waited: $longest ms"
}

bad_start() {
    echo 'limits: {serie: 3}' | install -D -m644 /dev/stdin /etc/forecastd/forecastd.yaml
    is "restart with a broken configuration fails, and says so" "$(systemctl restart forecastd.service 2>/dev/null; echo $?) $(prop ExecMainStatus)" "1 78"
    is "... as an error with its place" "$(log -p err | grep yaml | tail -1)" "*forecastd.yaml:1:10: limits.serie: *"
    python3 "$here/checks-writer.py" $ingest patient 9 >/tmp/writer 2>/tmp/writer.errors &
    local writer=$! before; before=$(prop NRestarts)
    sleep 6
    is "a client that waits does not make it spin" "$(($(prop NRestarts) - before)) restarts in 6 s" "[1-4] restarts*"
    rm /etc/forecastd/forecastd.yaml
    wait $writer
    local connects refused acknowledged longest
    read -r connects refused acknowledged longest </tmp/writer
    is "... and is served once the file is mended, without a hand" "$refused refused, $((acknowledged > 0))" "0 refused, 1"
}

watchdog() {
    drop_in short <<<$'[Service]\nWatchdogSec=4'
    fresh_start
    local p; p=$(main)
    sleep 9
    is "WatchdogSec=4: a daemon with nothing to do lives" "$(main) $(log -p err --since=-9s | grep -c 'no progress')" "$p 0"
    kill -STOP "$p"
    until_ 20 '[ "$(main)" != '"$p"' ] && [ "$(prop ActiveState)" = active ]'
    is "a hung daemon is replaced" "$(($(main) != p && $(main) > 0)) $(prop ActiveState)" "1 active"
    is "... by the watchdog" "$(journalctl --no-pager -o cat -u forecastd.service | grep -c 'Watchdog timeout')" 1
    no_drop_ins
    fresh_start
}

# A disk that does not answer fsync. Under WatchdogSec=6 too, where only "a commit in flight counts" keeps it alive.
stall() {
    [ -r "$here/checks-shim.so" ] || { skip "a stalled disk (no C compiler to make checks-shim.so)"; return; }
    install -m644 "$here/checks-shim.so" /usr/lib/checks-shim.so
    local seconds watchdog p
    for watchdog in 6 ""; do
        seconds=40; [ -z "$watchdog" ] || seconds=20
        drop_in stall <<<$'[Service]\nEnvironment=LD_PRELOAD=/usr/lib/checks-shim.so FORECASTD_CHECK_STALL=/run/forecastd/stall'${watchdog:+$'\n'WatchdogSec=$watchdog}
        fresh_start
        p=$(main)
        touch /run/forecastd/stall
        (printf 'stalled v=1\nsync\n' | send >/tmp/stalled; milliseconds >/tmp/stalled.at) &
        sleep $((seconds - 2))
        is "$seconds s of a stalled disk show in STATUS=" "$(prop StatusText)" "a commit has been waiting for the disk for * s*"
        is "... and the API still answers" "$(as insider timeout 3 forecastd status 2>&1 | grep -c 'waiting for the disk')" 1
        sleep 2
        is "... nothing is acknowledged meanwhile" "$(cat /tmp/stalled)" ""
        rm /run/forecastd/stall
        wait
        is "... everything afterwards" "$(cat /tmp/stalled)" "ok 1"
        is "... without a restart at WatchdogSec=${watchdog:-$(($(prop WatchdogUSec | sed 's/min//') * 60))}" "$(main)" "$p"
    done
    no_drop_ins
    fresh_start
}

nice_values() {
    as insider forecastd import "$here/history.jsonl" --ends-now >/dev/null 2>&1 &
    local p stat seen="" others="" thread
    p=$(main)
    for _ in $(seq 200); do
        for stat in /proc/"$p"/task/*/stat; do
            thread=$(cat "$stat" 2>/dev/null) || continue
            set -- ${thread##*) }   # the name may hold blanks; what follows the bracket is fields 3 and on
            case $thread in *"(trainer"*) [ "$1" = R ] && seen="$seen ${17}" ;; *) others="$others ${17}" ;; esac
        done
        [ "$(wc -w <<<"$seen")" -lt 20 ] || break
        sleep 0.1
    done
    wait
    is "training threads run at nice 19" "$(tr ' ' '\n' <<<"$seen" | sort -u | tr -d '\n')" 19
    is "... and no other thread does" "$(tr ' ' '\n' <<<"$others" | sort -u | tr -d '\n')" 0
}

# An import does not send alerts that are over: so a day and more of history, then a drift as it happens, on a wall clock
# that runs 150 times as fast.
alert() {
    [ -r "$here/checks-shim.so" ] || { skip "an alert as it happens (no C compiler to make checks-shim.so)"; return; }
    python3 - >/tmp/drift.jsonl <<'END'
count, state, values = 1200, 1, []
for i in range(count):
    state = state * 1103515245 + 12345 & 0x7FFFFFFF
    noise = state / 0x7FFFFFFF - 0.5
    hour = i % 288 / 288 * 24
    values.append(round(50 + 10 * max(0, 1 - abs(hour - 14) / 8) + 4 * noise, 2))
print('{"id":"drifting","step":300,"start":%d,"values":%s}' % (-300 * (count - 1), values))
END
    drop_in fast <<<$'[Service]\nEnvironment=LD_PRELOAD=/usr/lib/checks-shim.so FORECASTD_CHECK_SPEED=150'
    fresh_start
    as insider forecastd import /tmp/drift.jsonl --ends-now 2>&1 | tail -1 | note
    # Of this series: an imported one that still drifts at its end is told as well.
    local i drift="MESSAGE_ID=5f6d1c0e8f0c4a35b1d8d57c2a0ce97b SERIES=drifting"
    for i in $(seq 120); do
        echo "drifting value=120" | socat -u - UNIX-CONNECT:$ingest
        [ "$(journalctl --no-pager -o cat $drift | grep -c firing)" = 0 ] || break
        sleep 0.5
    done
    local found; found=$(journalctl --no-pager -o export $drift)
    is "a drift is in the journal under its MESSAGE_ID" "$(grep ^MESSAGE= <<<"$found")" "MESSAGE=firing: drifting: * since *, expected *"
    is "... a warning of this unit, with its series and its alert" \
        "$(grep -E '^(PRIORITY|SERIES|_SYSTEMD_UNIT|STATE)=' <<<"$found" | sort | tr '\n' ' ') $(grep -c '^ALERT=[0-9]' <<<"$found")" \
        "PRIORITY=4 SERIES=drifting STATE=firing _SYSTEMD_UNIT=forecastd.service  1"
    journalctl --no-pager $drift | note
    as insider forecastd alerts 2>&1 | note
    no_drop_ins
    fresh_start
}

# Not among the checks that run unasked, for it takes two minutes: a disk that never answers again.
dead_disk() {
    install -m644 "$here/checks-shim.so" /usr/lib/checks-shim.so
    drop_in stall <<<$'[Service]\nEnvironment=LD_PRELOAD=/usr/lib/checks-shim.so FORECASTD_CHECK_STALL=/run/forecastd/stall\nWatchdogSec=6'
    fresh_start
    local p begin; p=$(main)
    touch /run/forecastd/stall
    printf 'stalled v=1\n' | socat -u - UNIX-CONNECT:$ingest
    begin=$SECONDS
    until_ 150 '[ "$(main)" != '"$p"' ]'
    is "a commit that never ends is a hang after 90 s" "$((SECONDS - begin)) s, $(main)" "9[0-9] s, *"
    log -p warning | tail -5 | note
    rm /run/forecastd/stall
    until_ 60 '[ "$(prop ActiveState)" = active ]'
    is "... and the service comes back with the disk" "$(prop ActiveState)" active
    no_drop_ins
    fresh_start
}

# A state directory of 4 MB, filled to the last block.
full_disk() {
    systemctl stop forecastd.socket forecastd-api.socket forecastd.service 2>/dev/null
    mkdir -p /mnt/small
    mount -t tmpfs -o size=4m,mode=0750,uid=forecastd,gid=forecastd tmpfs /mnt/small
    drop_in small <<<$'[Service]\nExecStart=\nExecStart=/usr/bin/forecastd run --state-directory /mnt/small\nReadWritePaths=/mnt/small'
    systemctl start forecastd.socket forecastd-api.socket
    local first last p
    first=$(printf 'full v=1\nsync\n' | send)
    p=$(main)
    dd if=/dev/zero of=/mnt/small/filler bs=4k 2>/dev/null
    as insider python3 "$here/checks-writer.py" $ingest fills 3 >/dev/null 2>&1 &
    local writer=$!
    until_ 20 '[[ "$(prop StatusText)" == *"no space"* ]]'
    is "a full disk shows in STATUS=" "$(prop StatusText)" "*no space left for the store*"
    is "... and HTTP writes are put off with 503" \
        "$(printf 'POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nConnection: close\r\n\r\nfull v=2\n' | timeout 20 socat -t15 - UNIX-CONNECT:/run/forecastd/api.sock | head -1 | tr -d '\r')" "HTTP/1.1 503 *"
    is "... and the service goes on" "$(prop ActiveState) $(main)" "active $p"
    kill $writer 2>/dev/null
    wait $writer 2>/dev/null
    rm /mnt/small/filler
    last=$(printf 'full v=3\nsync\n' | send)
    is "with space it takes samples again" "$first, $last" "ok 1, ok 1"
    is "... and has what it acknowledged" "$(count_of full_v)" "[23]"
    systemctl stop forecastd.service forecastd.socket forecastd-api.socket 2>/dev/null
    no_drop_ins
    umount /mnt/small
    systemctl start forecastd.socket forecastd-api.socket forecastd.service
}

# The copy that docs/operations.md describes, of a running daemon, opened by another one.
backup() {
    printf 'kept v=1\nkept v=2\nsync\n' | send >/dev/null
    rm -rf /tmp/copy
    install -d -o forecastd -g forecastd /tmp/copy
    as forecastd sqlite3 /var/lib/forecastd/forecasts.db ".backup /tmp/copy/forecasts.db"
    is "a copy is made while the daemon runs" "$? $(as forecastd sqlite3 /tmp/copy/forecasts.db 'PRAGMA integrity_check')" "0 ok"
    is "... and holds what was acknowledged" \
        "$(as forecastd sh -c 'timeout -s TERM 3 forecastd run --state-directory /tmp/copy --runtime-directory /tmp/copy 2>&1' | grep -c 'ready: [1-9]')" 1
}

host_feeder() {
    systemctl -q enable --now forecastd-host.service
    is "the host feeder starts" "$(prop ActiveState forecastd-host.service)" active
    until_ 30 '[ "$(as insider forecastd series --all --json processes_total 2>/dev/null | grep -c processes_total)" -gt 0 ]'
    local p names; p=$(prop MainPID forecastd-host.service)
    names=$(as insider forecastd series --all --json 2>/dev/null | grep -o '"series": *"[^{"]*{[^"]*host=' | sed 's/.*"series": *"//; s/{.*//' | sort -u | tr '\n' ' ')
    is "it feeds load, memory, processes" "$names" "*disk_used_percent*mem_used_percent*processes_total*system_load1*"
    is "... and no mount point of its own sandbox" "$(as insider forecastd series --all --json 2>/dev/null | grep -o 'path=[^,}\\"]*' | sort -u | tr '\n' ' ')" "*"
    echo "# $(wc -w <<<"$names") names: $names"
    is "the daemon knows it by its uid, not as nobody" \
        "$(as forecastd forecastd sql --json --store /var/lib/forecastd/forecasts.db "SELECT DISTINCT uid FROM v_series" | tr -d ' \n')" "*:$(stat -c %u /proc/"$p")}*"
    is "it is a user of its own, in the group" "$(stat -c %U /proc/"$p") $(grep -c "\b$(getent group forecastd | cut -d: -f3)\b" /proc/"$p"/status)" "forecastd-host *[1-9]"
    is "no capability, no new privileges, a filter" \
        "$(grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/"$p"/status | tr -s '\t\n' ' ')" "CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
    is "/var and /etc are read-only to it" "$(sh -c "echo x >/proc/$p/root/var/lib/forecastd-probe" 2>&1; sh -c "echo x >/proc/$p/root/etc/forecastd-probe" 2>&1)" "*Read-only*Read-only*"
    is "no program can be run in it" "$(nsenter -t "$p" -m /bin/true 2>&1)" "*Permission denied*"
    local before; before=$(prop NRestarts forecastd-host.service)
    systemctl restart forecastd.service
    sleep 12
    is "it outlives a restart of the daemon" "$(prop ActiveState forecastd-host.service) $(($(prop NRestarts forecastd-host.service) - before)) $(prop MainPID forecastd-host.service)" "active 0 $p"
    is "it complains of nothing" "$(journalctl --no-pager -o cat -u forecastd-host.service -p err | grep -c .)" 0
    journalctl --no-pager -o cat -u forecastd-host.service | tail -4 | note
}

figures() {
    systemctl -q stop forecastd-host.service forecastd.service 2>/dev/null
    local begin unit; begin=$(milliseconds)
    systemctl start forecastd.service
    echo "# systemctl start to READY=1: $(($(milliseconds) - begin)) ms, with $(as insider forecastd series --all --json 2>/dev/null | grep -o '"series":' | wc -l) series"
    sleep 3
    echo "# memory at rest: $(grep -E '^(VmRSS|RssAnon|Threads)' /proc/"$(main)"/status | tr -s '\t\n' ' ')"
    for unit in forecastd.service forecastd-host.service; do
        systemd-analyze security --no-pager $unit | grep -E '✗|exposure' | note
        systemd-analyze security --offline=true --threshold=10 --no-pager /usr/lib/systemd/system/$unit >/dev/null 2>&1
        is "exposure of $unit is at most 1.0" "$?" "$([ $unit = forecastd.service ] && echo 0 || echo '[01]')"
    done
    systemctl --no-pager --full status forecastd.service | note
    is "stop for good: the sockets first" "$(systemctl stop forecastd.socket forecastd-api.socket forecastd.service 2>&1; ls /run/forecastd | grep -c sock)" 0
}

all="install_all sockets sandbox restarts_under_a_writer reload stop_with_a_mute_client killed bad_start watchdog stall full_disk backup nice_values alert host_feeder figures"
for part in ${*:-$all}; do echo "# $part"; $part; done
[ $failed = 0 ] || log | tail -60 | note
[ $skipped = 0 ] || echo "# $skipped skipped"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
