{{/* The rules of certificates: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-certificates" -}}
- name: certificates
  rules:
    - alert: CertificatesNotRenewed
      expr: |
        kube_cronjob_status_last_schedule_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-certificates"}
          unless on (namespace, cronjob)
            kube_cronjob_status_last_successful_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-certificates"} >= kube_cronjob_status_last_schedule_time{namespace="{{ .Release.Namespace }}",cronjob="{{ .Release.Name }}-certificates"}
      for: 36h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "certificates"
      annotations:
        summary: "Certificates are not looked at, or one of them is not as it should be"
        description: "For a day and a half {{ "{{" }} $labels.cronjob }} has been due, and has not succeeded."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/certificates.md#certificatesnotrenewed
{{- end }}
