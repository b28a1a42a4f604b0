{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.blackbox.blackbox.yml" -}}
modules:
  https_2xx:
    prober: http
    timeout: 9s
    http:
      fail_if_not_ssl: true
      preferred_ip_protocol: ip4
{{- end }}
