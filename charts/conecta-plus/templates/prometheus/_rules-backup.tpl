{{/* The rules of backup: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "conecta-plus.prometheus.rules-backup" -}}
- name: backup
  rules:
    - alert: BackupTooOld
      expr: |
        time() - backup_last_verified_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup!~"postgres-base|drill-.*"} > {{ mul .Values.thresholds.backupHours 3600 }}
      for: 5m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "The newest verified backup of {{ "{{" }} $labels.backup }} is {{ "{{" }} $value | humanizeDuration }} old"
        description: |-
          More than {{ int64 .Values.thresholds.backupHours }} hours, where one is made each day: what was written since would be lost.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#backuptooold
    - alert: BaseBackupTooOld
      expr: |
        time() - backup_last_verified_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup="postgres-base"} > {{ mul (add .Values.backup.baseBackup.everyHours 2) 3600 }}
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "The newest base backup is {{ "{{" }} $value | humanizeDuration }} old"
        description: |-
          More than {{ add .Values.backup.baseBackup.everyHours 2 }} hours: a recovery to a point in time has that much WAL to read.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#basebackuptooold
    - alert: BackupMissing
      expr: |
        absent(backup_last_verified_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup="postgres"})
      for: {{ int64 .Values.thresholds.backupHours }}h
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "There has never been a verified backup of {{ "{{" }} $labels.backup }}"
        description: |-
          For {{ int64 .Values.thresholds.backupHours }} hours, within which the schedule should have made one.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#backupmissing
    - alert: BackupMissing
      expr: |
        absent(backup_last_verified_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup="redis"})
      for: {{ int64 .Values.thresholds.backupHours }}h
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "There has never been a verified backup of {{ "{{" }} $labels.backup }}"
        description: |-
          For {{ int64 .Values.thresholds.backupHours }} hours, within which the schedule should have made one.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#backupmissing
    - alert: BackupFailed
      expr: |
        backup_last_failure_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup!="postgres-wal"} > (backup_last_success_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup"} or backup_last_failure_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup"} * 0)
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "The last {{ "{{" }} $labels.backup }} failed"
        description: "It is tried again by its schedule. The Job says why."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#backupfailed
    - alert: ArchiveBehind
      expr: |
        time() - backup_wal_archived_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup"} > {{ int64 .Values.thresholds.archiveSeconds }}
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "WAL of the last {{ "{{" }} $value | humanizeDuration }} is in no archive"
        description: |-
          For two minutes more than {{ int64 .Values.thresholds.archiveSeconds }} s, the work that may be lost with the cluster.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#archivebehind
    - alert: ArchiveMissing
      expr: |
        absent(backup_wal_archived_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup"})
      for: 30m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "No WAL has ever been archived"
        description: "For half an hour: there is no way back to a point in time."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#archivemissing
    - alert: DrillTooOld
      expr: |
        time() - backup_last_success_timestamp_seconds{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="backup",backup=~"drill-.*"} > {{ mul .Values.thresholds.drillDays 86400 }}
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "backup"
      annotations:
        summary: "{{ "{{" }} $labels.backup }} last succeeded {{ "{{" }} $value | humanizeDuration }} ago"
        description: |-
          More than {{ int64 .Values.thresholds.drillDays }} days: nobody knows whether the backups can be restored.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/backup.md#drilltooold
{{- end }}
