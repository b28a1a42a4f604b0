{{/* The rules of load-balancer: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-load-balancer" -}}
- name: load-balancer
  rules:
    - alert: LoadBalancerDown
      expr: |
        absent(nginx_up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"} == 1)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "load-balancer"
      annotations:
        summary: "No load balancer answers"
        description: "For two minutes none has: the product cannot be reached."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/load-balancer.md#loadbalancerdown
    - alert: LoadBalancerWithoutInstances
      expr: |
        sum by (namespace, release, tier) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",status=~"50[24]"}[5m]))
          / sum by (namespace, release, tier) (rate(load_balancer_answers_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m])) > 0.01
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "load-balancer"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of requests reach no instance"
        description: "The load balancer has answered them with 502 or 504: instances are gone, or do not answer."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/load-balancer.md#loadbalancerwithoutinstances
    - alert: LoadBalancerConnectionsDropped
      expr: |
        rate(nginx_connections_accepted{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m]) - rate(nginx_connections_handled{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m]) > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "load-balancer"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} drops {{ "{{" }} $value | humanize }} connections per second"
        description: "More clients come than clientConnections allows."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/load-balancer.md#loadbalancerconnectionsdropped
    - alert: LoadBalancerUncounted
      expr: |
        increase(load_balancer_uncounted_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer"}[5m]) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "load-balancer"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} has let {{ "{{" }} $value | humanize }} requests through uncounted within five minutes"
        description: "No pod could count them: rates hold nobody back, those of authentication among them."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/load-balancer.md#loadbalanceruncounted
    - alert: LoadBalancerAttack
      expr: |
        sum by (namespace, release, tier) (rate(load_balancer_limited_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="load-balancer",rule="authentication"}[5m])) > 1
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "load-balancer"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} attempts to log in are refused per second"
        description: "For five minutes: somebody tries passwords, or a client repeats a request that fails."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/load-balancer.md#loadbalancerattack
{{- end }}
