{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.fetch-wal.sh" -}}
#!/bin/sh
for suffix in '' .partial; do
  for place in $PLACES; do
    rclone cat "$place:postgres-wal/$SYSTEM/$1$suffix.gz" 2> /dev/null | gzip --decompress 2> /dev/null > "$2" || continue
    [ "$(wc -c < "$2")" -eq 0 ] || exit 0
  done
done
rm -f "$2"
exit 1
{{- end }}
