{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.redis.sentinel.conf" -}}
# Whoever connects needs the password, which start-sentinel.sh adds.
port 26379
bind * -::*
protected-mode no
dir /data

sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel deny-scripts-reconfig yes
sentinel down-after-milliseconds mymaster {{ int64 .Values.redis.downAfterMilliseconds }}
# A master that restarts and loads its data for longer than this is replaced too.
sentinel master-reboot-down-after-period mymaster {{ int64 .Values.redis.downAfterMilliseconds }}
sentinel failover-timeout mymaster {{ int64 .Values.redis.failoverTimeoutMilliseconds }}
sentinel parallel-syncs mymaster 1
{{- end }}
