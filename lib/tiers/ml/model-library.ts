/**
 * What the scripts around models share: object storage, the cache, and what a version has, in POSIX sh. Beside the shell's
 * own they use `awk`, coreutils, `flock`, `grep`, `redis-cli` and `sed`, which the image of Redis has, and `rclone`.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** Where rclone is. */
export const TOOLS = '/opt/tools';
/** Where scripts and the list of models are. */
export const SCRIPTS = '/etc/model-fetcher';
/** Where the keys of object storage are. */
export const SECRETS = '/run/secrets/model-storage';
/** The set of versions that were fetched, with how often: it does not expire, so no policy takes it. */
export const USES = 'models:uses';

/**
 * Bytes that are asked for at a time: 64 KiB below 32 MiB. Redis counts what its allocator sets aside, which is 40 MiB
 * from 32 MiB on (jemalloc has four sizes to each doubling), and a reader takes as much again until it has read.
 */
export const CHUNK_BYTES = 2 ** 25 - 2 ** 16;

/** Seconds for one chunk, after which the cache is left alone: 3 MiB/s, which is slower than object storage. */
const CACHE_PATIENCE_SECONDS = 10;

export const modelLibrary: Text = text`
  # Sourced by what fetches models and by what fills the cache with them. Object storage has, below STORAGE_PATH,
  #   <model>/[<variant>/]<version>/…           files of a version, which never change
  #   <model>/[<variant>/]<version>/SHA256SUMS  their sums, as sha256sum prints them
  # and the cache, where CACHE_HOST says that there is one,
  #   models:index:<folder>          SHA256SUMS, and a line "size <bytes> <path>" for each file
  #   models:chunk:<sum>:<offset>    a part of the file that has this SHA-256, whosever it is
  #   ${USES}                    how often each folder was fetched
  # Chunks and indices expire when nobody has asked for them for a while, uses do not.
  set -eu
  umask 027
  PATH=${TOOLS}:$PATH
  CHUNK=${CHUNK_BYTES}
  cache=\${CACHE_HOST:-}
  storable=$cache
  work=$(mktemp -d)

  say() { printf 'time=%s level=%s msg="%s" %s\n' "$(date -u +%FT%TZ)" "$1" "$2" "$3" >&2; }
  # The reason is where \`kubectl describe pod\` shows it, too.
  fail() {
    printf '%s\n' "$1" 2> /dev/null > /dev/termination-log || :
    say error "$1" ''
    exit 1
  }
  trap 'rm -rf "$work"' EXIT
  trap 'exit 143' INT TERM

  # The keys come from files, and rclone takes them from its environment: arguments are for all to read.
  configure() {
    for key in access-key-id secret-access-key; do
      [ -s "${SECRETS}/$key" ] || fail "the key $key of the Secret of the model storage is empty"
    done
    RCLONE_CONFIG_MODELS_ACCESS_KEY_ID=$(cat "${SECRETS}/access-key-id")
    RCLONE_CONFIG_MODELS_SECRET_ACCESS_KEY=$(cat "${SECRETS}/secret-access-key")
    export RCLONE_CONFIG_MODELS_ACCESS_KEY_ID RCLONE_CONFIG_MODELS_SECRET_ACCESS_KEY
    export RCLONE_CONFIG_MODELS_TYPE=s3 RCLONE_CONFIG_MODELS_PROVIDER=Other RCLONE_CONFIG=/dev/null
    export RCLONE_CONFIG_MODELS_ENDPOINT="$STORAGE_ENDPOINT" RCLONE_CONFIG_MODELS_REGION="$STORAGE_REGION"
    export RCLONE_LOG_LEVEL=ERROR RCLONE_CONTIMEOUT=10s RCLONE_TIMEOUT=60s RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=3 \
      RCLONE_BUFFER_SIZE=4Mi
    [ ! -s ${TOOLS}/ca-certificates.crt ] || export SSL_CERT_FILE=${TOOLS}/ca-certificates.crt
  }

  # redis COMMAND…: prints the answer as it is, without a line break after it; fails where the command does.
  redis() { timeout ${CACHE_PATIENCE_SECONDS} redis-cli -h "$CACHE_HOST" -e --raw -D '' "$@"; }
  # A cache that fails is not asked again, as each time might take as long.
  without_cache() {
    cache='' storable=''
    say warning 'the cache does not answer; object storage is asked instead' "cache=$CACHE_HOST"
  }
  # cached KEY: prints what the cache has, or nothing; whoever asks looks whether it is all there.
  cached() { redis GETEX "$1" EX "$CACHE_KEEP_SECONDS"; }
  # is_cached KEY: and keeps it from expiring. EXPIRE is no read, so that hits and misses are of those who fetch.
  is_cached() { [ "$(redis EXPIRE "$1" "$CACHE_KEEP_SECONDS")" = 1 ]; }
  # store KEY: what it reads becomes the value. Where that fails, it fails, and nobody needs to.
  store() {
    redis -x SETEX "$1" "$CACHE_KEEP_SECONDS" > /dev/null && return
    say warning 'the cache does not take it; it gets nothing more' "key=$1"
    return 1
  }

  bytes_of() { stat -c %s "$1"; }
  # slice FILE OFFSET BYTES
  slice() { tail -c "+$(($2 + 1))" "$1" | head -c "$3"; }

  # from_storage PATH…: what rclone cat prints. It exits with 3 or 4 where there is no such folder or file.
  from_storage() {
    source=$1
    shift
    rclone cat "$@" "models:$STORAGE_PATH/$source"
  }

  # read_index FOLDER: what a version has, from the cache or else from object storage.
  read_index() {
    : > "$work/index"
    [ -z "$cache" ] || cached "models:index:$1" > "$work/index" || {
      without_cache
      : > "$work/index"
    }
    if [ ! -s "$work/index" ] || ! parse_index; then index_of_storage "$1"; fi
  }
  # index_of_storage FOLDER: the same, which the cache is then given.
  index_of_storage() {
    status=0
    from_storage "$1/SHA256SUMS" > "$work/sums" || status=$?
    # A file that is not there is an empty folder to S3, and no error.
    if [ "$status" = 0 ] && [ ! -s "$work/sums" ] || [ "$status" = 3 ] || [ "$status" = 4 ]; then
      fail "object storage has no $STORAGE_PATH/$1/SHA256SUMS; publish the version, or take it from the list"
    fi
    [ "$status" = 0 ] || fail "object storage at $STORAGE_ENDPOINT does not give $STORAGE_PATH/$1/SHA256SUMS, see above"
    rclone lsf --recursive --files-only --format sp --separator ' ' "models:$STORAGE_PATH/$1" > "$work/sizes" ||
      fail "object storage at $STORAGE_ENDPOINT does not list $STORAGE_PATH/$1, see above"
    sed 's/^/size /' "$work/sizes" | cat - "$work/sums" > "$work/index"
    parse_index || fail "$STORAGE_PATH/$1 in object storage: $problem"
    [ -z "$storable" ] || store "models:index:$1" < "$work/index" || storable=''
  }
  # parse_index: to $work/files "<sum> <bytes> <path>" of each, to $work/sums the sums as they are, to $identity their own;
  # or $problem.
  parse_index() {
    sed '/^size /d' "$work/index" > "$work/sums"
    identity=$(sum_of "$work/sums")
    # Nothing but plain paths, so that no version writes to another.
    problem=$(grep -Evm 1 '^[0-9a-f]{64} [ *][A-Za-z0-9_][A-Za-z0-9._+=@-]*(/[A-Za-z0-9_][A-Za-z0-9._+=@-]*)*$' "$work/sums")
    if [ -n "$problem" ] || [ ! -s "$work/sums" ]; then
      problem="SHA256SUMS has the line '$problem', which is no sum of a plain path; write it with sha256sum"
      return 1
    fi
    awk '
      $1 == "size" { sizes[$3] = $2; next }
      { sub(/^\*/, "", $2); print $1, $2 in sizes ? sizes[$2] : "-", $2 }
    ' "$work/index" > "$work/files"
    problem=$(awk '$2 == "-" { print $3; exit }' "$work/files")
    [ -n "$problem" ] || return 0
    problem="SHA256SUMS names $problem, which is not there; publish the version whole"
    return 1
  }
  sum_of() { sha256sum < "$1" | sed 's/ .*//'; }
`;
