{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.redis.conf" -}}
# Whoever connects needs the password, which runtime.conf holds.
port 6379
bind * -::*
protected-mode no
tcp-keepalive 60

maxmemory {{ div (mul (include "conecta-plus.redis.memory" .) .Values.redis.maxmemoryPercent) 100 }}
maxmemory-policy {{ .Values.redis.maxmemoryPolicy }}
maxmemory-clients 10%
client-output-buffer-limit normal 0 0 0
client-output-buffer-limit replica {{ div (include "conecta-plus.redis.memory" .) 8 }} 0 0
client-output-buffer-limit pubsub 32mb 8mb 60
lazyfree-lazy-eviction yes
lazyfree-lazy-expire yes
lazyfree-lazy-server-del yes
lazyfree-lazy-user-del yes
lazyfree-lazy-user-flush yes
replica-lazy-flush yes

dir /data
appendonly yes
appendfsync everysec
save ""
shutdown-timeout 10

repl-backlog-size {{ include "conecta-plus.bytes" .Values.redis.replBacklogSize | int64 }}
repl-diskless-sync-delay 0
min-replicas-to-write {{ int64 .Values.redis.minReplicasToWrite }}
min-replicas-max-lag 10
# A master's pod that is back has another address. A replica that still asks the old one, where nothing answers, gives
# up after this many seconds; a master that is there is heard of more often.
repl-timeout 10
repl-ping-replica-period 2
include /run/redis/runtime.conf
{{- end }}
