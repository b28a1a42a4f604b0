{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.onnx.start.sh" -}}
#!/bin/sh
# Lays out the repository, and starts Triton with the arguments of this script.
set -eu
rm -rf /run/triton/repository
while read -r model version rest; do
  case $model in '#') continue ;; esac
  folder=/run/triton/repository/$model
  [ -e "$folder" ] || {
    mkdir -p "$folder"
    ln -s "/etc/model-server/$model.pbtxt" "$folder/config.pbtxt"
  }
  ln -s "/models/$model/$version" "$folder/$version"
done < /etc/model-server/models
exec tritonserver "$@"
{{- end }}
