{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.redis.start.sh" -}}
#!/bin/sh
# Starts the server. On SIGTERM it writes what is left to the append-only file.
set -eu
umask 077
trap 'exit 143' TERM INT

case ${REDISCLI_AUTH:?the password is empty} in
  *[[:cntrl:]]*) echo 'the password holds a line break or another control character' >&2; exit 1 ;;
esac
password=$(printf '%s' "$REDISCLI_AUTH" | sed 's/["\\]/\\&/g')

# A pod deleted by force can leave its server running: one server at a time has the volume.
exec 9>>/data/.lock
flock -n 9 || {
  echo 'another server has this volume; waiting until it ends'
  flock 9 & # in the background, so that a signal ends the wait
  wait $!
}

printf 'requirepass "%s"\n' "$password" > /run/redis/runtime.conf
exec redis-server /etc/redis/redis.conf
{{- end }}
