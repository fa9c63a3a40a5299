#!/bin/sh
# Runs PostgreSQL for one Node process and ends it when that process is gone.
#
#   supervise.sh <directory> <socket directory> <owner> keep|discard <initdb> <postgres> [options of postgres]
#
# Standard input, kept as descriptor 8, is a pipe whose other end only the owner holds: it closes when the owner ends, by SIGKILL too.
# Descriptor 9 carries the lock of the directory. PostgreSQL and all its children inherit it, so the kernel
# keeps the lock for exactly as long as one of them lives, whatever was killed before it.
# Says `locked` on standard output when it has the lock. Exit codes of our own: 72 no flock, 73 locked by another, 74 a PostgreSQL that we did not start works in the
# directory, 75 initdb failed, 76 the directory is not writable.

umask 077
# A signal to the whole service must not part us from PostgreSQL, which sets handlers of its own.
trap '' HUP INT TERM

directory=$1 sockets=$2 owner=$3 after=$4 initdb=$5 postgres=$6
shift 6
data=$directory/postgres
log=$directory/postgres.log

exec 8<&0 </dev/null
command -v flock >/dev/null || exit 72
if [ ! -w "$directory" ]; then exit 76; fi
exec 9>>"$directory/lock"
flock --nonblock --conflict-exit-code 73 9 || exit $?
printf '%s\n' "$owner" >"$directory/owner" || exit 76

# Whoever reaches the socket is let in without a password, and where it lies in /tmp its name can be foretold.
[ -d "$sockets" ] || mkdir "$sockets" || exit 76
if [ -L "$sockets" ] || [ ! -O "$sockets" ]; then
  echo "$sockets belongs to somebody else" >&2
  exit 76
fi
chmod 700 "$sockets" || exit 76

if [ -n "$(find "$log" -size +1024k 2>/dev/null)" ]; then mv "$log" "$log.1"; fi
echo locked
exec >>"$log" 2>&1

# A half-made cluster must never be taken for a whole one: it gets its name only when it is complete.
if [ ! -e "$data" ]; then
  if [ "$after" = discard ]; then safety=--no-sync; else safety=--data-checksums; fi
  rm -rf "$data.new"
  # shellcheck disable=SC2086
  "$initdb" -D "$data.new" -U postgres -A trust -E UTF8 --locale=C --no-instructions $safety 8<&- || exit 75
  mv "$data.new" "$data" || exit 75
  [ "$after" = discard ] || sync "$directory"
fi

# PostgreSQL replaces left-over lock files unless some process has their number now: a zombie, or one that has
# nothing to do with it. None of ours lives, since we hold the lock; only a stranger at work here counts.
if [ -e "$data/postmaster.pid" ]; then
  read -r pid <"$data/postmaster.pid"
  if [ "$(readlink "/proc/$pid/cwd")" = "$data" ]; then exit 74; fi
  rm -f "$data/postmaster.pid"
fi
rm -f "$sockets"/.s.PGSQL.*

"$postgres" -D "$data" "$@" 8<&- &
server=$!

# Repeated, because PostgreSQL may have begun only now and not listen yet. The reader may outlive it, so it
# gives up the lock.
{
  cat >/dev/null
  while kill -INT "$server" 2>/dev/null; do sleep 0.2; done
} <&8 9>&- &
reader=$!

wait "$server"
status=$?
kill -KILL "$reader" 2>/dev/null
rmdir "$sockets" 2>/dev/null
if [ "$after" = discard ]; then rm -rf "$directory"; else rm -f "$directory/owner"; fi
exit "$status"
