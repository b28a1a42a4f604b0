{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.object-store.start.sh" -}}
#!/bin/sh
# Starts MinIO. Where a file is empty it would take the user and the password that all of the world knows.
set -eu
for key in root-user root-password; do
  value=
  read -r value < "/run/secrets/object-store/$key" || : # without a line break at its end
  case $value in
    '' | minioadmin) echo "the key $key of the Secret is empty, or MinIO's own default; set another" >&2; exit 1 ;;
  esac
done
# By a folder, whether there are certificates in it or not: else it looks for them in a home that nobody has.
exec minio server --json --address :9000 --console-address :9001 --certs-dir /run/secrets/object-store-tls $VOLUMES
{{- end }}
