{{/* The rules of frontend: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-frontend" -}}
- name: frontend
  rules:
    - record: tier:nginx_http_requests:rate5m
      expr: |
        sum by (namespace, release, tier) (rate(nginx_http_requests_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="frontend"}[5m]))
    - alert: FrontendDown
      expr: |
        absent(nginx_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="frontend"} == 1)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "frontend"
      annotations:
        summary: "No nginx of the frontend answers"
        description: "For two minutes none has: the product cannot be reached."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/frontend.md#frontenddown
    - alert: NginxDown
      expr: |
        nginx_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="frontend"} == 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "frontend"
      annotations:
        summary: "nginx in {{ "{{" }} $labels.pod }} does not answer"
        description: "Its exporter does, and has asked it in vain for five minutes."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/frontend.md#nginxdown
    - alert: NginxConnectionsDropped
      expr: |
        rate(nginx_connections_accepted{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="frontend"}[5m]) - rate(nginx_connections_handled{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="frontend"}[5m]) > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "frontend"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} drops {{ "{{" }} $value | humanize }} connections per second"
        description: "More clients come than worker_connections allows."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/frontend.md#nginxconnectionsdropped
{{- end }}
