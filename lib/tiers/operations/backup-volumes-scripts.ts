/**
 * The scripts of the backups of volumes, in POSIX sh. Beside the shell's own and those of library.sh they use `curl`,
 * `grep`, `head` and `sleep` for snapshots, and `find`, `grep`, `ls` and `tar` for archives; busybox has all but curl.
 */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type ListInput, each } from '../../values/tree';

export interface SnapshotScript {
  readonly claims: ListInput<string>;
  /** Label of the snapshots, by which they are found again. */
  readonly owner: Input<string>;
  readonly instance: Input<string>;
}

export function takeSnapshots({ claims, owner, instance }: SnapshotScript): Text {
  return text`
    #!/bin/sh
    # Makes a VolumeSnapshot of each claim, waits until it can be used, and deletes those that are too old.
    . /etc/backup/library.sh
    kind=volume-snapshots began=$(date +%s) failures=
    account=/var/run/secrets/kubernetes.io/serviceaccount
    snapshots=apis/snapshot.storage.k8s.io/v1/namespaces/$(cat "$account/namespace")/volumesnapshots
    # The token goes through a file: arguments are for all to read.
    printf 'Authorization: Bearer %s\n' "$(cat "$account/token")" > "$run/headers"

    # request PATH OPTION…: the answer in $run/answer, its status in $status.
    request() {
      path=$1
      shift
      status=$(curl --silent --show-error --retry 5 --retry-connrefused --max-time 30 --cacert "$account/ca.crt" \
        --header "@$run/headers" --output "$run/answer" --write-out '%{http_code}' "$@" \
        "https://kubernetes.default.svc/$snapshots$path") || fail 'the API server does not answer'
    }
    # said KEY: the first text under that key in the answer.
    said() { tr -d '\n' < "$run/answer" | sed -n "s/.*\"$1\": *\"\(\([^\"\\\\]\|\\\\.\)*\)\".*/\1/p"; }
    ready() { tr -d ' \n' < "$run/answer" | grep -q '"readyToUse":true'; }

    refuse() { failures="\${failures:+$failures }$1;"; }

    # snapshot CLAIM
    snapshot() {
      name=$1-$(date -u +%Y%m%dt%H%M%Sz) error=
      class=\${CLASS_NAME:+"\"volumeSnapshotClassName\":\"$CLASS_NAME\","}
      printf '%s' "{\"apiVersion\":\"snapshot.storage.k8s.io/v1\",\"kind\":\"VolumeSnapshot\",
        \"metadata\":{\"name\":\"$name\",\"labels\":{\"app.kubernetes.io/instance\":\"${instance}\",
          \"app.kubernetes.io/managed-by\":\"${owner}\"}},
        \"spec\":{$class\"source\":{\"persistentVolumeClaimName\":\"$1\"}}}" > "$run/body"
      request '' --header 'Content-Type: application/json' --data-binary "@$run/body"
      [ "$status" = 201 ] || { refuse "$name: $(said message)"; return; }
      say "$name is being made"
      until=$(($(date +%s) + TIMEOUT_SECONDS))
      while :; do
        request "/$name"
        [ "$status" = 200 ] || { refuse "$name: $(said message)"; return; }
        ! ready || break
        [ "$error" = "$(said message)" ] || { error=$(said message); say "$name: $error"; }
        [ "$(date +%s)" -lt "$until" ] || {
          refuse "$name is not ready after $TIMEOUT_SECONDS s: \${error:-no controller says why}"
          return
        }
        sleep 2
      done
      say "$name is ready to use"
      prune "$1"
    }
    # prune CLAIM: deletes what is older than the retention, never the newest that can be used, which was made just now.
    prune() {
      request '?labelSelector=app.kubernetes.io/managed-by%3D${owner}'
      [ "$status" = 200 ] || fail "the snapshots cannot be listed: $(said message)"
      oldest=$(date -u -d "@$(($(date +%s) - RETENTION_DAYS * 86400))" +%Y%m%d%H%M%S)
      names=$(tr -d ' \n' < "$run/answer" | grep -o "\"name\":\"$1-[0-9]\{8\}t[0-9]\{6\}z\"" | sed 's/.*:"\(.*\)"/\1/' | sort -u)
      for old in $names; do
        [ "$(echo "\${old#"$1"-}" | tr -d tz)" -lt "$oldest" ] || continue
        request "/$old" --request DELETE
        case $status in 200 | 202 | 404) ;; *) fail "$old cannot be deleted: $(said message)" ;; esac
        say "$old, older than $RETENTION_DAYS days, is deleted"
      done
    }

    ${each(claims, (claim) => text`snapshot ${claim}`)}
    [ -z "$failures" ] || fail "$failures"
    metric last_success_timestamp_seconds "$(date +%s)"
    metric last_verified_timestamp_seconds "$(date +%s)"
    metric last_duration_seconds $(($(date +%s) - began))
  `;
}

export const archiveVolume: Text = text`
  #!/bin/sh
  # Streams the files of a claim to every destination, and reads all of it back.
  . /etc/backup/library.sh

  pack() {
    cd /volume
    set --
    for entry in * .[!.]* ..?*; do
      [ "$entry" != lost+found ] || continue
      if [ -e "$entry" ] || [ -L "$entry" ]; then set -- "$@" "./$entry"; fi
    done
    if [ $# -gt 0 ]; then tar -czf - "$@"; else tar -czf - -T /dev/null; fi
  }
  check() { tar -tzf - > /dev/null; }

  begin "volume-$CLAIM"
  put files.tar.gz pack
  finish
  verify "$kind" "$id" check
  retain "$kind" "$RETENTION_DAYS"
`;

export const restoreVolume: Text = text`
  #!/bin/sh
  # Unpacks an archive into a claim that is empty, or whose files may be replaced.
  . /etc/backup/library.sh

  of=volume-$CLAIM
  case $RESTORE_TO in
    '') which=$(newest_verified "$of") ;;
    *) which=$RESTORE_TO ;;
  esac
  [ -n "$which" ] && [ -n "$(places "$of" "$which")" ] ||
    fail "there is no verified archive \${which:+$which }of $CLAIM in: $DESTINATIONS; nothing was changed. Those are: $(
      verified "$of" | tr '\n' ' ')"
  held=$(ls -A /volume | grep -cvx 'lost+found' || :)
  [ "$held" -eq 0 ] || [ "$RESTORE_REPLACE" = yes ] ||
    fail "claim $CLAIM holds $held files or folders; nothing was changed. RESTORE_REPLACE=yes replaces them"

  clear_volume() { find /volume -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +; }
  unpack() { clear_volume && tar -C /volume -xpzf -; }
  list() { tar -tzf - > /dev/null; }
  # All of it is read once before anything is deleted.
  [ "$held" -eq 0 ] || feed "$of" "$which" files.tar.gz list
  feed "$of" "$which" files.tar.gz unpack
  say "$of $which is restored: $(find /volume -mindepth 1 ! -type d ! -path /volume/lost+found | wc -l) files"
`;
