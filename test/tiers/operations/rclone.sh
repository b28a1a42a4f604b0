#!/bin/sh
# Stands in for rclone: remotes are folders below $REMOTES. What a test puts into $REMOTES/refuses is not taken.
set -eu
command=$1
shift
recursive= kind= include= list=
while :; do
  case ${1:-} in
    --recursive) recursive=yes ;;
    --files-only) kind=f ;;
    --dirs-only) kind=d ;;
    --ignore-times) ;;
    --include) include=$2; shift ;;
    --files-from-raw) list=$2; shift ;;
    *) break ;;
  esac
  shift
done
at() { echo "$REMOTES/$(echo "$1" | sed 's,^plain:,store:,; s,:,/,')"; }
taken() { ! grep -qxF "$1" "$REMOTES/refuses" 2> /dev/null || { echo "no space left on device" >&2; exit 1; }; }
case $command in
  obscure) tr 'a-z' 'b-za' ;;
  cat) cat "$(at "$1")" ;;
  rcat) mkdir -p "$(dirname "$(at "$1")")"; taken "${1%%:*}"; cat > "$(at "$1")" ;;
  copyto) case $1 in *:*) from=$(at "$1") ;; *) from=$1 ;; esac
    mkdir -p "$(dirname "$(at "$2")")"; taken "${2%%:*}"; cp "$from" "$(at "$2")" ;;
  purge) rm -r "$(at "$1")" ;;
  deletefile) rm "$(at "$1")" ;;
  delete) while read -r name; do rm "$(at "$1")/$name"; done < "$list" ;;
  lsf)
    folder=$(at "$1")
    [ -e "$folder" ] || exit 3
    [ -d "$folder" ] || { basename "$folder"; exit 0; }
    if [ -n "$recursive" ]; then
      (cd "$folder" && find . -type f | sed 's,^\./,,' | grep "/${include##*/}$" || :)
    else
      for entry in "$folder"/*; do
        case $kind in f) [ -f "$entry" ] || continue ;; d) [ -d "$entry" ] || continue ;; esac
        [ ! -e "$entry" ] || echo "${entry##*/}$([ ! -d "$entry" ] || echo /)"
      done
    fi
    ;;
  *) echo "no stand-in for $command" >&2; exit 2 ;;
esac
