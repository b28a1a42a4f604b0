{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.grafana.grafana.ini" -}}
; Written by cdk8s-tiers. Whatever is not said here is as in Grafana's defaults.ini.
app_mode = production

[paths]
data = /var/lib/grafana
plugins = /var/lib/grafana/plugins
provisioning = /etc/grafana/provisioning

[server]
http_port = {{ int64 .Values.grafana.port }}

[log]
mode = console

[log.console]
format = json

[database]
type = sqlite3

[security]
admin_user = admin
; Of the first start alone; later it is changed in Grafana.
admin_password = $__file{/run/secrets/grafana/admin-password}
secret_key = $__file{/run/secrets/grafana/secret-key}
disable_gravatar = true
cookie_samesite = strict

[users]
allow_sign_up = false
allow_org_create = false

[auth.anonymous]
enabled = false

[public_dashboards]
enabled = false

[snapshots]
enabled = false
external_enabled = false

[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
feedback_links_enabled = false

[news]
news_feed_enabled = false

[plugins]
; The plugins of the image, Prometheus and Alertmanager among them, are there without.
preinstall_disabled = true
plugin_admin_enabled = false
public_key_retrieval_disabled = true

[dashboards]
default_home_dashboard_path = /etc/dashboards/overview.json
{{- end }}
