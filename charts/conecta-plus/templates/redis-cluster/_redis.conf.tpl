{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis-cluster.redis.conf" -}}
# Whoever connects needs the password, which runtime.conf holds.
port 6379
bind * -::*
protected-mode no
tcp-keepalive 60

maxmemory {{ div (mul (include "conecta-plus.redis-cluster.memory" .) .Values.redisCluster.maxmemoryPercent) 100 }}
maxmemory-policy {{ .Values.redisCluster.maxmemoryPolicy }}
maxmemory-clients 10%
client-output-buffer-limit normal 0 0 0
client-output-buffer-limit replica {{ div (include "conecta-plus.redis-cluster.memory" .) 8 }} 0 0
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

repl-backlog-size {{ include "conecta-plus.bytes" .Values.redisCluster.replBacklogSize | int64 }}
repl-diskless-sync-delay 0
min-replicas-to-write {{ int64 .Values.redisCluster.minReplicasToWrite }}

cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout {{ int64 .Values.redisCluster.clusterNodeTimeoutMilliseconds }}
cluster-require-full-coverage {{ if .Values.redisCluster.clusterRequireFullCoverage }}yes{{ else }}no{{ end }}
cluster-allow-replica-migration {{ if .Values.redisCluster.clusterAllowReplicaMigration }}yes{{ else }}no{{ end }}
include /run/redis/runtime.conf
{{- end }}
