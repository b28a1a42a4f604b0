# Sourced by the checks of models.test.ts, in the pod of a server: object storage that can be stopped, and what is asked of both.
set -eu
. /tmp/environment
export REDISCLI_AUTH
storage=/tmp/storage
CHUNK=33488896

start_storage() {
  mkdir -p $storage/models
  setsid rclone serve s3 $storage --addr=127.0.0.1:9100 --auth-key=reader,secret --dir-cache-time=0s --config=/dev/null > /tmp/storage.log 2>&1 < /dev/null &
  echo $! > /tmp/storage.pid
  until curl -s -o /dev/null http://127.0.0.1:9100/; do sleep 0.1; done
}
stop_storage() {
  kill "$(cat /tmp/storage.pid)"
  while curl -s -o /dev/null http://127.0.0.1:9100/; do sleep 0.1; done
}
# publish FOLDER BYTES: a version of two files, one of them in a folder.
publish() {
  mkdir -p "$storage/models/$1/variables"
  head -c "$2" /dev/urandom > "$storage/models/$1/weights"
  printf 'a\n\0b\n\n' > "$storage/models/$1/variables/data"
  seal "$1"
}
seal() { (cd "$storage/models/$1" && sha256sum weights variables/data > SHA256SUMS); }
list() { printf '%s\n' "$@" > /etc/model-fetcher/models; }
fetch() { sh /etc/model-fetcher/fetch.sh 2> /tmp/log; }
# refused COMMAND: which must fail; `!` alone would let it pass.
refused() { if "$@"; then echo 'it was taken'; return 1; fi; }
# as_published FOLDER MODEL/VERSION
as_published() { for file in weights variables/data SHA256SUMS; do cmp "$storage/models/$1/$file" "/volume/repository/$2/$file"; done; }
new_volume() { rm -rf /volume/repository /volume/partial; }
redis() { redis-cli -h "$CACHE_HOST" -e "$@"; }
sum() { sha256sum < "$storage/models/$1/weights" | sed 's/ .*//'; }
said() { grep -q -- "$1" /tmp/log || { echo "not said: $1"; cat /tmp/log; return 1; }; }
reads() { redis info stats | tr -d '\r' | sed -n 's/^keyspace_\(hits\|misses\)://p' | tr '\n' ' '; }
is() { [ "$1" = "$2" ] || { echo "$1 is not $2"; return 1; }; }
