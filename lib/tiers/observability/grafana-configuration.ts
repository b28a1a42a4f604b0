/** The files that Grafana reads at its start. */
import type { Input, Scalar } from '../../values/expression';
import { Text, When } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import { str } from '../../values/texts';
import type { GrafanaDashboard } from './dashboards/dashboard';
import type { ElasticsearchClient } from './elasticsearch';
import { LOGS } from './elasticsearch-objects';
import { PROMETHEUS } from './dashboards/panels';

export const DASHBOARDS_FOLDER = '/etc/dashboards';
export const SECRETS_FOLDER = '/run/secrets/grafana';
/** Seconds between two looks at the folder with dashboards. A ConfigMap itself takes up to a minute to arrive. */
const RELOAD_SECONDS = 30;

type Setting = Input<Scalar> | Text | When<Text>;

/** A data source, by the fields of Grafana's provisioning files. */
export interface DataSource {
  /** What people choose it by. */
  readonly name: string;
  /** By which dashboards refer to it. */
  readonly uid: string;
  /** Grafana's name of the plugin, one that its image has: none is downloaded. */
  readonly type: string;
  /** Where Grafana's pod finds it. */
  readonly url: Input<string>;
  /** Settings of the plugin; a text is YAML of more than one line, which may be there or not. @default {} */
  readonly jsonData?: Readonly<Record<string, Setting | undefined>>;
  /** As whom it asks a server whose certificate is of an authority of its own: from Secrets. @default - nobody */
  readonly login?: DataSourceLogin;
  /** Whether what it asks is there. @default true */
  readonly enabled?: Input<boolean>;
}

/** As whom a data source is asked. */
export type DataSourceLogin = Omit<ElasticsearchClient, 'url'>;

/** Where the files of a login are. */
export function loginFolder({ uid }: DataSource): string {
  return `/run/secrets/${uid}`;
}

/**
 * By this uid dashboards refer to it; the interval is that of its scrapes.
 * @param traces whether its exemplars lead to traces, in `jaegerSource`
 */
export function prometheusSource(
  url: Input<string>,
  scrapeIntervalSeconds: Input<number>,
  traces: Input<boolean> = false,
): DataSource {
  return {
    name: 'Prometheus',
    ...PROMETHEUS,
    url,
    jsonData: {
      httpMethod: 'POST',
      timeInterval: str`${scrapeIntervalSeconds}s`,
      manageAlerts: true,
      exemplarTraceIdDestinations: when<Text>(
        traces,
        text`
          exemplarTraceIdDestinations:
            - { name: trace_id, datasourceUid: ${JAEGER_UID} }
        `,
      ),
    },
  };
}

const JAEGER_UID = 'jaeger';
const LOGS_UID = 'logs';
/** Lines of a trace are looked for that long before and after a span: a request's last line may come long after it. */
const LOGS_AROUND_MINUTES = 15;

/**
 * Traces; from a span, the metrics of all spans like it are one step away.
 * @param logs whether the lines of its trace are too, in `elasticsearchSource`
 */
export function jaegerSource(
  url: Input<string>,
  enabled: Input<boolean> = true,
  logs: Input<boolean> = false,
): DataSource {
  return {
    name: 'Jaeger',
    uid: JAEGER_UID,
    type: 'jaeger',
    url,
    jsonData: {
      tracesToMetrics: text`
        tracesToMetrics:
          datasourceUid: ${PROMETHEUS.uid}
          tags:
            - { key: service.name, value: service_name }
          queries:
            - { name: Spans per second, query: "sum(rate(traces_span_metrics_calls_total{$$__tags}[5m]))" }
      `,
      tracesToLogsV2: when<Text>(
        logs,
        text`
          tracesToLogsV2:
            datasourceUid: ${LOGS_UID}
            spanStartTimeShift: -${LOGS_AROUND_MINUTES}m
            spanEndTimeShift: ${LOGS_AROUND_MINUTES}m
            customQuery: true
            query: 'trace.id:"$\${__trace.traceId}"'
        `,
      ),
    },
    enabled,
  };
}

/**
 * Lines of logs, as the user `grafana`.
 * @param traces whether a line leads to its trace, in `jaegerSource`
 */
export function elasticsearchSource(
  { url, ...login }: ElasticsearchClient,
  enabled: Input<boolean> = true,
  traces: Input<boolean> = false,
): DataSource {
  return {
    name: 'Logs',
    uid: LOGS_UID,
    type: 'elasticsearch',
    url,
    login,
    jsonData: {
      index: LOGS,
      timeField: "'@timestamp'",
      logMessageField: 'message',
      logLevelField: 'log.level',
      dataLinks: when<Text>(
        traces,
        text`
          dataLinks:
            - { field: trace.id, datasourceUid: ${JAEGER_UID}, url: '$\${__value.raw}' }
        `,
      ),
    },
    enabled,
  };
}

/** Its alerts are those of Prometheus: Grafana shows and silences them, and sends none of its own. */
export function alertmanagerSource(url: Input<string>, enabled: Input<boolean> = true): DataSource {
  return {
    name: 'Alertmanager',
    uid: 'alertmanager',
    type: 'alertmanager',
    url,
    jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
    enabled,
  };
}

interface GrafanaIni {
  /** The home page. */
  readonly home: GrafanaDashboard | undefined;
  readonly port: Input<number>;
}

/** Comments and settings as Grafana's conf/defaults.ini has them. Nothing here asks anybody outside. */
export function grafanaIni({ home, port }: GrafanaIni): Text {
  return text`
    ; Written by cdk8s-tiers. Whatever is not said here is as in Grafana's defaults.ini.
    app_mode = production

    [paths]
    data = /var/lib/grafana
    plugins = /var/lib/grafana/plugins
    provisioning = /etc/grafana/provisioning

    [server]
    http_port = ${port}

    [log]
    mode = console

    [log.console]
    format = json

    [database]
    type = sqlite3

    [security]
    admin_user = admin
    ; Of the first start alone; later it is changed in Grafana.
    admin_password = $__file{${SECRETS_FOLDER}/admin-password}
    secret_key = $__file{${SECRETS_FOLDER}/secret-key}
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

    ${
      home &&
      text`
        [dashboards]
        default_home_dashboard_path = ${DASHBOARDS_FOLDER}/${home.id}.json
      `
    }
  `;
}

export function dataSourcesYaml(sources: readonly DataSource[]): Text {
  return text`
    apiVersion: 1
    # What is no longer named here goes.
    prune: true
    datasources:
      ${sources.map((source, index) => when(source.enabled ?? true, dataSource(source, index === 0)))}
  `;
}

function dataSource(source: DataSource, isDefault: boolean): Text {
  const { name, uid, type, url, jsonData, login } = source;
  const settings = Object.entries(jsonData ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [isBlock(value) ? value : text`${key}: ${value}`],
  );
  if (login) settings.push(text`tlsAuthWithCACert: true`);
  return text`
    - name: ${name}
      uid: ${uid}
      type: ${type}
      access: proxy
      url: ${url}
      isDefault: ${isDefault}
      editable: false
      ${
        settings.length > 0
          ? text`
              jsonData:
                ${settings}
            `
          : undefined
      }
      ${
        login &&
        text`
          basicAuth: true
          basicAuthUser: ${login.username}
          secureJsonData:
            basicAuthPassword: $__file{${loginFolder(source)}/${login.passwordKey}}
            tlsCACert: $__file{${loginFolder(source)}/${login.caKey}}
        `
      }
  `;
}

export function dashboardProvider(instance: Input<string>): Text {
  return text`
    apiVersion: 1
    providers:
      - name: dashboards
        folder: ${instance}
        type: file
        disableDeletion: true
        allowUiUpdates: false
        updateIntervalSeconds: ${RELOAD_SECONDS}
        options:
          path: ${DASHBOARDS_FOLDER}
  `;
}

function isBlock(value: Setting): value is Text | When<Text> {
  return value instanceof Text || value instanceof When;
}
