/**
 * How models come from object storage, by way of the cache: POSIX sh. Beside the shell's own it uses `awk`, coreutils,
 * `flock`, `grep`, `redis-cli` and `sed`, which the image of Redis has, and `rclone`.
 */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';

/** Where rclone is. */
export const TOOLS = '/opt/tools';
/** Where scripts and the list of models are. */
export const SCRIPTS = '/etc/model-fetcher';
/** Where the keys of object storage are. */
export const SECRETS = '/run/secrets/model-storage';
/** The whole volume, of which servers see the folder `repository`. */
export const VOLUME = '/volume';
export const REPOSITORY = 'repository';
/** The set of versions that were fetched, with how often: it does not expire, so no policy takes it. */
const USES = 'models:uses';

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

/** Run in the pod of a server, with the volume. */
export const fetchModels: Text = text`
  #!/bin/sh
  # Fills the volume with the versions that ${SCRIPTS}/models lists, before the server starts:
  #   repository/<model>/<version>/…         whole versions: they appear by being renamed, with .complete among their files
  #   partial/<sum of SHA256SUMS>/…          files on their way, to which chunk after chunk is appended
  # A version that is there is left alone, and nobody is asked about it. What is torn goes on where it was.
  . ${SCRIPTS}/library.sh
  repository=${VOLUME}/${REPOSITORY} partial=${VOLUME}/partial trash=${VOLUME}/trash
  mkdir -p "$repository"

  # Replicas may share the volume: one fetches, the others find it done. In the background, so that a signal ends the wait.
  exec 9>> ${VOLUME}/.lock
  flock -n 9 || {
    say info 'another pod fetches to this volume; waiting' ''
    flock 9 &
    wait $!
  }

  # is_there MODEL VERSION IDENTITY VARIANT: the sums of a version are asked about where the list names them.
  is_there() {
    [ -e "$repository/$1/$2/.complete" ] || return 1
    read -r its_identity its_variant < "$repository/$1/$2/.complete"
    [ "$its_variant" = "$4" ] || return 1
    [ "$3" = - ] || [ "$3" = "$its_identity" ]
  }

  # fetch_version MODEL VERSION IDENTITY VARIANT
  fetch_version() {
    model=$1 version=$2 variant=$4 started=$(date +%s%3N) bytes_cached=0 bytes_stored=0
    folder=$model/$version
    [ "$variant" = - ] || folder=$model/$variant/$version
    read_index "$folder"
    if [ "$3" != - ] && [ "$3" != "$identity" ]; then
      # What the cache knows may be of before a mistake was corrected.
      index_of_storage "$folder"
      [ "$3" = "$identity" ] ||
        fail "model $model version $version: SHA256SUMS in object storage has SHA-256 $identity, the list says $3; correct the list, or publish what was meant as a new version"
    fi
    part=$partial/$identity
    mkdir -p "$part"
    demand_room
    while read -r sum size path <&3; do fetch_file; done 3< "$work/files"
    cp "$work/sums" "$part/SHA256SUMS"
    printf '%s %s\n' "$identity" "$variant" > "$part/.complete"
    sync -f "$part"
    appear
    [ -z "$storable" ] || redis ZINCRBY ${USES} 1 "$folder" > /dev/null || storable=''
    say info fetched "model=$model version=$version variant=$variant bytes=$((bytes_cached + bytes_stored)) from_cache=$bytes_cached from_storage=$bytes_stored milliseconds=$(($(date +%s%3N) - started))"
  }

  appear() {
    mkdir -p "$repository/$model"
    if [ -e "$repository/$model/$version" ]; then discard "$repository/$model/$version"; fi
    mv "$part" "$repository/$model/$version"
  }
  # discard FOLDER: at once, though its files take time to go.
  discard() {
    mkdir -p "$trash"
    rm -rf "$trash/discarded"
    mv "$1" "$trash/discarded"
    rm -rf "$trash"
  }

  # room: bytes that are free. Those that reserved blocks hold back are not.
  room() { df --block-size=1 --output=avail ${VOLUME} | tail -n 1 | tr -d ' '; }
  # demand_room: for what the version lacks. What was begun of others goes first: it may be of versions that nobody wants now.
  demand_room() {
    needed=0
    while read -r sum size path <&3; do
      here=0
      [ ! -e "$part/$path" ] || here=$(bytes_of "$part/$path")
      needed=$((needed + size - here))
    done 3< "$work/files"
    [ "$needed" -gt "$(room)" ] || return 0
    for other in "$partial"/*; do [ "$other" = "$part" ] || rm -rf "$other"; done
    free=$(room)
    [ "$needed" -le "$free" ] ||
      fail "the volume is full: model $model version $version needs $needed more bytes, and $free are free; grow the volume, or list fewer versions"
  }

  # fetch_file: $path of $size bytes, whose SHA-256 is $sum. One that is not as it should be is fetched once more, all of it
  # from object storage, as the cache may have what was torn.
  fetch_file() {
    target=$part/$path
    mkdir -p "\${target%/*}"
    append_chunks "$cache"
    found=$(sum_of "$target")
    if [ "$found" != "$sum" ]; then
      say warning 'corrupt; fetching it anew from object storage' "model=$model version=$version file=$path expected=$sum found=$found"
      rm -f "$target"
      append_chunks ''
      found=$(sum_of "$target")
    fi
    if [ "$found" != "$sum" ]; then
      rm -f "$target"
      # It is read anew next time, when what is published may have been corrected.
      [ -z "$cache" ] || redis DEL "models:index:$folder" > /dev/null || :
      fail "model $model version $version is corrupt in object storage: $path has SHA-256 $found, SHA256SUMS says $sum; publish it as a new version"
    fi
    [ -z "$storable" ] || [ "$to_store" = no ] || store_chunks
  }

  # append_chunks CACHE: what the file lacks, from the cache where it is named and has it, else from object storage. Sets
  # $to_store: whether the cache lacks some of it, or has it other than it should be.
  append_chunks() {
    ask=$1 to_store=no
    [ -n "$ask" ] || to_store=all
    [ -e "$target" ] || : > "$target"
    have=$(bytes_of "$target")
    # The last chunk may be torn; what is before it was whole.
    if [ "$have" -gt "$size" ]; then have=0; elif [ "$have" -lt "$size" ]; then have=$((have / CHUNK * CHUNK)); fi
    if [ "$have" -gt 0 ]; then
      say info 'goes on where it was' "model=$model version=$version file=$path bytes=$have of=$size"
      [ "$to_store" = all ] || to_store=missing
    fi
    truncate -s "$have" "$target"
    while [ "$have" -lt "$size" ]; do
      count=$((size - have))
      [ "$count" -le "$CHUNK" ] || count=$CHUNK
      if [ -n "$ask" ] && [ -n "$cache" ] && append_cached; then
        bytes_cached=$((bytes_cached + count))
      else
        append_stored
        bytes_stored=$((bytes_stored + count))
        [ "$to_store" = all ] || to_store=missing
      fi
      have=$((have + count))
      [ "$size" -le "$CHUNK" ] || say info fetching "model=$model version=$version file=$path bytes=$have of=$size"
    done
  }
  append_cached() {
    cached "models:chunk:$sum:$have" >> "$target" || without_cache
    got=$(($(bytes_of "$target") - have))
    [ "$got" -ne "$count" ] || return 0
    truncate -s "$have" "$target"
    # What is of another length is no chunk, and would be found again.
    [ "$got" = 0 ] || [ -z "$cache" ] || redis DEL "models:chunk:$sum:$have" > /dev/null || without_cache
    return 1
  }
  append_stored() {
    for pause in 1 2 4 -; do
      from_storage "$folder/$path" --offset "$have" --count "$count" >> "$target" || :
      [ "$(bytes_of "$target")" -ne $((have + count)) ] || return 0
      truncate -s "$have" "$target"
      free=$(room)
      [ "$free" -ge "$count" ] ||
        fail "the volume is full: model $model version $version needs $count bytes for the next chunk of $path, and $free are free; grow the volume, or list fewer versions"
      [ "$pause" = - ] || sleep "$pause"
    done
    fail "object storage gives no $count bytes from $have of $STORAGE_PATH/$folder/$path, see above; what is fetched is kept, and the next start goes on there"
  }
  # store_chunks: the cache gets what is known to be right.
  store_chunks() {
    at=0
    while [ "$at" -lt "$size" ] && [ -n "$storable" ]; do
      count=$((size - at))
      [ "$count" -le "$CHUNK" ] || count=$CHUNK
      if [ "$to_store" = all ] || ! is_cached "models:chunk:$sum:$at"; then
        slice "$target" "$at" "$count" | store "models:chunk:$sum:$at" || storable=''
      fi
      at=$((at + count))
    done
  }

  # remove_others: versions that the list no longer has, and all of a model that it no longer has.
  remove_others() {
    for marker in "$repository"/*/*/.complete; do
      [ -e "$marker" ] || continue
      version=\${marker%/.complete} version=\${version##*/}
      model=\${marker%/*/.complete} model=\${model##*/}
      ! grep -q "^$model $version " ${SCRIPTS}/models || continue
      say info removed "model=$model version=$version"
      discard "$repository/$model/$version"
      grep -q "^$model " ${SCRIPTS}/models || discard "$repository/$model"
    done
    rm -rf "$partial" "$trash"
  }

  configured=
  while read -r model version identity variant <&4; do
    case $model in '#' | '') continue ;; esac
    if is_there "$model" "$version" "$identity" "$variant"; then
      say info 'already there' "model=$model version=$version"
      continue
    fi
    [ -n "$configured" ] || configure
    configured=yes
    fetch_version "$model" "$version" "$identity" "$variant"
  done 4< ${SCRIPTS}/models
  remove_others

  # What the server needs beside the versions.
  cd "$repository"
  [ ! -e ${SCRIPTS}/place.sh ] || . ${SCRIPTS}/place.sh
`;

/** Run by the CronJob of the cache. */
export const preloadModels: Text = text`
  #!/bin/sh
  # Fills the cache with the versions that ${SCRIPTS}/models lists, those first that were fetched most often, until they
  # take PRELOAD_BYTES. What is cached already counts, and is kept from expiring. One that does not fit is left out.
  . ${SCRIPTS}/library.sh
  configure
  mkfifo "$work/sum.in"

  # folders: of the list, by how often they were fetched; then as the list has them.
  folders() {
    redis ZREVRANGE ${USES} 0 -1 > "$work/used" || fail 'the cache does not answer'
    echo >> "$work/used"
    awk '$1 ~ /^[a-z]/ { print $4 == "-" ? $1 "/" $2 : $1 "/" $4 "/" $2 }' ${SCRIPTS}/models > "$work/listed"
    grep -Fxf "$work/listed" "$work/used" || :
    grep -Fxvf "$work/used" "$work/listed" || :
  }

  # fill_version FOLDER: within what is left of PRELOAD_BYTES. The index comes from object storage: a read of the cache
  # would count as a hit or a miss.
  fill_version() {
    index_of_storage "$1"
    total=0
    while read -r sum size path <&3; do total=$((total + size)); done 3< "$work/files"
    if [ $((filled + total)) -gt "$PRELOAD_BYTES" ]; then
      say info 'left out: it does not fit' "folder=$1 bytes=$total left=$((PRELOAD_BYTES - filled))"
      return
    fi
    while read -r sum size path <&3; do
      is_filled || fill_file "$1/$path"
    done 3< "$work/files"
    echo "$total" > "$work/total"
    say info 'in the cache' "folder=$1 bytes=$total"
  }
  is_filled() {
    at=0
    while [ "$at" -lt "$size" ]; do
      is_cached "models:chunk:$sum:$at" || return 1
      at=$((at + CHUNK))
    done
  }
  # fill_file PATH: chunk by chunk, each of which is summed on its way. What turns out to be corrupt is taken back.
  fill_file() {
    sha256sum < "$work/sum.in" > "$work/sum" &
    summing=$!
    exec 5> "$work/sum.in"
    at=0
    while [ "$at" -lt "$size" ]; do
      from_storage "$1" --offset "$at" --count "$CHUNK" > "$work/chunk" || fail "object storage does not give $1, see above"
      cat "$work/chunk" >&5
      store "models:chunk:$sum:$at" < "$work/chunk" || exit 1
      at=$((at + CHUNK))
    done
    exec 5>&-
    wait "$summing"
    found=$(sed 's/ .*//' "$work/sum")
    [ "$found" = "$sum" ] || {
      while [ "$at" -gt 0 ]; do
        at=$((at - CHUNK))
        redis DEL "models:chunk:$sum:$at" > /dev/null
      done
      fail "$STORAGE_PATH/$1 is corrupt in object storage: it has SHA-256 $found, SHA256SUMS says $sum"
    }
  }

  filled=0 failed=0
  folders > "$work/folders"
  while read -r folder <&4; do
    echo 0 > "$work/total"
    # One that fails is no reason to leave out the others.
    (fill_version "$folder") || failed=1
    filled=$((filled + $(cat "$work/total")))
  done 4< "$work/folders"
  say info filled "bytes=$filled of=$PRELOAD_BYTES"
  exit "$failed"
`;
