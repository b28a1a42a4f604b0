{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.backup.receiver-alive.sh" -}}
#!/bin/sh
[ -n "$(find /run/backup/alive -mmin -10)" ]
{{- end }}
