{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.torchserve.start.sh" -}}
#!/bin/sh
# Starts TorchServe. On SIGTERM all ends at once, as TorchServe waits for no request: the hook before has done so.
set -eu
trap 'exit 143' TERM INT

# What a start before this one has unpacked would fill the disk.
rm -rf /run/torchserve/*
mkdir /run/torchserve/store /run/torchserve/tmp
python3 /etc/model-server/place.py

cd /run/torchserve
export TEMP=/run/torchserve/tmp TMPDIR=/run/torchserve/tmp
# In the foreground it ends with the JVM.
torchserve --start --foreground --no-config-snapshots \
  --ts-config=/etc/model-server/config.properties --log-config=/etc/model-server/log4j2.xml &
wait $!
echo 'TorchServe has ended' >&2
exit 1
{{- end }}
