{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.sample-models.serve.sh" -}}
#!/bin/sh
# Serves the folder as it is, to read. A ConfigMap's files are links.
set -eu
# In quotes, as rclone reads a list of them.
RCLONE_AUTH_KEY="\"$(cat /run/secrets/sample-models/access-key-id),$(cat /run/secrets/sample-models/secret-access-key)\""
export RCLONE_AUTH_KEY
exec rclone serve s3 /data --addr=:9000 --read-only --copy-links --config=/dev/null
{{- end }}
