{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.model-cache.redis.conf" -}}
# Whoever connects needs the password, which runtime.conf holds.
port 6379
bind * -::*
protected-mode no
tcp-keepalive 60

maxmemory {{ div (mul (include "cluster-ai.model-cache.memory" .) .Values.modelCache.maxmemoryPercent) 100 }}
maxmemory-policy volatile-{{ .Values.modelCache.policy }}
maxmemory-clients 0
client-output-buffer-limit normal 0 0 0
client-output-buffer-limit replica {{ div (include "cluster-ai.model-cache.memory" .) 8 }} 0 0
client-output-buffer-limit pubsub 32mb 8mb 60
lazyfree-lazy-eviction yes
lazyfree-lazy-expire yes
lazyfree-lazy-server-del yes
lazyfree-lazy-user-del yes
lazyfree-lazy-user-flush yes
replica-lazy-flush yes

dir /data
appendonly no
appendfsync everysec
save ""
shutdown-timeout 10

maxmemory-samples 10
lfu-log-factor 0
lfu-decay-time 60
include /run/redis/runtime.conf
{{- end }}
