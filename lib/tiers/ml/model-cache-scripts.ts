/** How the cache is filled: POSIX sh, with the programs of model-library.ts. */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { SCRIPTS, USES } from './model-library';

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
