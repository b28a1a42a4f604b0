{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.serve.sh" -}}
#!/bin/sh
set -eu
umask 077
mkdir -p /data/repository/metrics
RCLONE_USER=backup RCLONE_PASS=$(cat /run/secrets/backup/store-password)
export RCLONE_USER RCLONE_PASS
exec rclone serve webdav /data/repository --addr=:8080 --dir-cache-time=1s --config=/dev/null
{{- end }}
