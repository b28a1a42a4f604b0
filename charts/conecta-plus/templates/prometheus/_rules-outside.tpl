{{/* The rules of outside: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-outside" -}}
- name: outside
  rules:
    - alert: SiteUnreachable
      expr: |
        probe_success{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",job="blackbox"} == 0
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "{{ "{{" }} $labels.target }} does not answer"
        description: "For two minutes, by the way that visitors take: name, ingress, certificate and frontend."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/outside.md#siteunreachable
    - alert: CertificateExpires
      expr: |
        probe_ssl_earliest_cert_expiry{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",job="blackbox"} - time() < {{ mul .Values.thresholds.certificateDays 86400 }}
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The certificate of {{ "{{" }} $labels.target }} expires in {{ "{{" }} $value | humanizeDuration }}"
        description: |-
          Less than {{ int64 .Values.thresholds.certificateDays }} days, and nothing has renewed it.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/outside.md#certificateexpires
    - alert: CertificateExpiresSoon
      expr: |
        probe_ssl_earliest_cert_expiry{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",job="blackbox"} - time() < 604800
      for: 10m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
      annotations:
        summary: "The certificate of {{ "{{" }} $labels.target }} expires in {{ "{{" }} $value | humanizeDuration }}"
        description: "After that no browser lets anyone in."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/outside.md#certificateexpiressoon
{{- end }}
