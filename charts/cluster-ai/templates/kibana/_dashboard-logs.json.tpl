{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.kibana.dashboard-logs.json" -}}
{
  "type": "dashboard",
  "id": "logs",
  "coreMigrationVersion": "8.8.0",
  "typeMigrationVersion": "8.9.0",
  "attributes": {
    "title": "Logs",
    "description": "What the tiers log: how much, how urgent, and what fails.",
    "panelsJSON": "[{\"type\":\"lens\",\"panelIndex\":\"0\",\"gridData\":{\"x\":0,\"y\":0,\"w\":12,\"h\":7,\"i\":\"0\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_0\"},{\"type\":\"lens\",\"panelIndex\":\"1\",\"gridData\":{\"x\":12,\"y\":0,\"w\":12,\"h\":7,\"i\":\"1\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_1\"},{\"type\":\"lens\",\"panelIndex\":\"2\",\"gridData\":{\"x\":24,\"y\":0,\"w\":12,\"h\":7,\"i\":\"2\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_2\"},{\"type\":\"lens\",\"panelIndex\":\"3\",\"gridData\":{\"x\":36,\"y\":0,\"w\":12,\"h\":7,\"i\":\"3\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_3\"},{\"type\":\"lens\",\"panelIndex\":\"4\",\"gridData\":{\"x\":0,\"y\":7,\"w\":24,\"h\":12,\"i\":\"4\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_4\"},{\"type\":\"lens\",\"panelIndex\":\"5\",\"gridData\":{\"x\":24,\"y\":7,\"w\":24,\"h\":12,\"i\":\"5\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_5\"},{\"type\":\"lens\",\"panelIndex\":\"6\",\"gridData\":{\"x\":0,\"y\":19,\"w\":24,\"h\":12,\"i\":\"6\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_6\"},{\"type\":\"lens\",\"panelIndex\":\"7\",\"gridData\":{\"x\":24,\"y\":19,\"w\":24,\"h\":12,\"i\":\"7\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_7\"},{\"type\":\"lens\",\"panelIndex\":\"8\",\"gridData\":{\"x\":0,\"y\":31,\"w\":24,\"h\":14,\"i\":\"8\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_8\"},{\"type\":\"lens\",\"panelIndex\":\"9\",\"gridData\":{\"x\":24,\"y\":31,\"w\":24,\"h\":14,\"i\":\"9\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_9\"},{\"type\":\"search\",\"panelIndex\":\"10\",\"gridData\":{\"x\":0,\"y\":45,\"w\":48,\"h\":20,\"i\":\"10\"},\"embeddableConfig\":{},\"panelRefName\":\"panel_10\"}]",
    "optionsJSON": "{\"useMargins\":true,\"syncColors\":false,\"hidePanelTitles\":false}",
    "timeRestore": true,
    "timeFrom": "now-3h",
    "timeTo": "now",
    "version": 1,
    "kibanaSavedObjectMeta": {
      "searchSourceJSON": "{\"query\":{\"query\":\"\",\"language\":\"kuery\"},\"filter\":[]}"
    }
  },
  "references": [
    {"type":"lens","id":"logs-lines","name":"0:panel_0"},
    {"type":"lens","id":"logs-errors","name":"1:panel_1"},
    {"type":"lens","id":"logs-failed-requests","name":"2:panel_2"},
    {"type":"lens","id":"logs-not-understood","name":"3:panel_3"},
    {"type":"lens","id":"logs-by-tier","name":"4:panel_4"},
    {"type":"lens","id":"logs-by-level","name":"5:panel_5"},
    {"type":"lens","id":"logs-response-time","name":"6:panel_6"},
    {"type":"lens","id":"logs-slow-statements","name":"7:panel_7"},
    {"type":"lens","id":"logs-errors-by-pod","name":"8:panel_8"},
    {"type":"lens","id":"logs-failed-paths","name":"9:panel_9"},
    {"type":"search","id":"logs-latest-errors","name":"10:panel_10"}
  ]
}
{{- end }}
