/** How models reach the volume of a server: POSIX sh, with the programs of model-library.ts. */
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { SCRIPTS, USES } from './model-library';

/** The whole volume, of which servers see the folder `repository`. */
export const VOLUME = '/volume';
export const REPOSITORY = 'repository';

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
