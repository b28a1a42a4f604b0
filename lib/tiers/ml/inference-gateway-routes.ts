/** Envoy's routes: which model a request is for, and which variant of it answers. */
import type { Expr, Input } from '../../values/expression';
import { hasKey } from '../../values/collections';
import { and, equals, isSet, lessThan, valueOf } from '../../values/logic';
import { divide, multiply, subtract } from '../../values/numbers';
import type { Text, When } from '../../values/parts';
import { choose } from '../../values/choice';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { type Element, type MapInput, each, eachPair, when } from '../../values/tree';
import type { Model, ModelProtocol } from './model';

/** Who answers the requests for a model, by shares of its clients. */
export interface Experiment {
  /** By name; their weights add up to 100. */
  readonly variants: Readonly<Record<string, Variant>>;
  /** The variant that answers all who ask for none by header; null for shares by weight. */
  readonly promoted: string | null;
}

/** A version of a model and its share of the requests of an experiment. */
export interface Variant {
  /** A model of a server with the same protocol, which may be the experiment's own. */
  readonly model: string;
  /** One of its versions; null for the one that its server takes for the default. */
  readonly version: number | null;
  /** Percent of the clients. */
  readonly weight: number;
}

/** A server with models, as routes and clusters need it. */
export interface RoutedBackend {
  /** The tier's: a label of metrics. */
  readonly id: string;
  readonly protocol: ModelProtocol;
  readonly models: MapInput<Model>;
  readonly isThere: Input<boolean>;
  /** The name of its workload. */
  readonly server: Input<string>;
  readonly host: Input<string>;
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Milliseconds of one try. */
  readonly tryMilliseconds: Input<number>;
}

export interface GatewayRoutes {
  readonly backends: readonly RoutedBackend[];
  readonly experiments: MapInput<Experiment>;
  readonly timeoutSeconds: Input<number>;
  readonly retries: Input<number>;
  readonly clientHeader: Input<string>;
  readonly variantHeader: Input<string>;
}

/** Clusters that are no variants: the model by itself, and its gRPC. No variant may be called so. */
export const OWN_CLUSTERS = { http: 'direct', grpc: 'grpc' } as const;

/**
 * Methods of gRPC, by protocol: those of inference, and none that would change what a server has loaded.
 * https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis,
 * https://github.com/pytorch/serve/blob/master/frontend/server/src/main/resources/proto/inference.proto,
 * https://github.com/triton-inference-server/common/blob/main/protobuf/grpc_service.proto
 */
const METHODS: Readonly<Record<ModelProtocol, string>> = {
  tensorflow: String.raw`tensorflow\.serving\.(PredictionService/\w+|ModelService/GetModelStatus)`,
  torchserve: String.raw`org\.pytorch\.serve\.grpc\.inference\.InferenceAPIsService/\w+`,
  kserve: String.raw`inference\.GRPCInferenceService/(Server(Live|Ready|Metadata)|Model(Ready|Metadata|Config|Statistics|Infer|StreamInfer))`,
};

const SERVICES: Readonly<Record<ModelProtocol, string>> = {
  tensorflow: 'tensorflow.serving.PredictionService',
  torchserve: 'org.pytorch.serve.grpc.inference.InferenceAPIsService',
  kserve: 'inference.GRPCInferenceService',
};

const LUA = 'envoy.filters.http.lua';
/** The type of what gateway.lua is told; the anchor `lua` of envoy.yaml. */
export const PER_ROUTE = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute';

/** The routes of a virtual host. The first that fits is taken. */
export function gatewayRoutes(routes: GatewayRoutes): Text {
  const { backends, experiments } = routes;
  return text`
    - match: { path: /readyz }
      direct_response: { status: 200, body: { inline_string: "ready\n" } }
    - match: { path: /v1/models, headers: [ { name: ':method', string_match: { exact: GET } } ] }
      direct_response:
        status: 200
        body_format:
          content_type: application/json
          json_format:
            models: [
              ${ofAll(backends, (name, model, backend) => listed(name, model, backend, experiments))}
            ]
    - match: { path: /v1/models }
      direct_response:
        status: 405
        body_format: { content_type: application/json, json_format: { error: 'the path takes GET' } }
      response_headers_to_add: [ { header: { key: allow, value: GET } } ]
    ${ofAll(
      backends.filter(({ protocol }) => protocol === 'torchserve'),
      (name, model, backend) => statusRoute(name, model, backend, experiments),
    )}
    ${eachPair<Experiment, Text>(experiments, (name, experiment) => experimentRoutes(name, experiment, routes))}
    ${ofAll(backends, (name, _, backend) => modelRoutes(name, backend, routes))}
    - match: { prefix: /, grpc: {} }
      direct_response:
        status: 404
        body: { inline_string: 'no such model or method; the metadata "model" names the model, and GET /v1/models lists all' }
    - match: { prefix: / }
      direct_response:
        status: 404
        body_format:
          content_type: application/json
          json_format:
            error: 'no such model or path; GET /v1/models says more of these models'
            models: [
              ${ofAll(backends, (name) => text`'${name}',`)}
            ]
  `;
}

type OfModel = (name: Input<string>, model: Element<Model>, backend: RoutedBackend) => Text;

/** Lines for each model of each server that is there. */
export function ofAll(backends: readonly RoutedBackend[], body: OfModel): readonly (When<Text> | undefined)[] {
  return backends.map((backend) =>
    when<Text>(
      backend.isThere,
      text`${eachPair<Model, Text>(backend.models, (name, model) => body(name, model, backend))}`,
    ),
  );
}

/** What the list says of a model. YAML lets a comma follow the last item, JSON is made of it by Envoy. */
function listed(
  name: Input<string>,
  { versions }: Element<Model>,
  { protocol, server }: RoutedBackend,
  experiments: MapInput<Experiment>,
): Text {
  return text`
    {
      name: '${name}', protocol: ${protocol}, server: '${server}',
      versions: [
        ${each(versions, ({ version }) => text`${version},`)}
      ],
      paths: { predict: 'POST /v1/models/${name}:predict', native: 'POST ${nativePath(protocol, name)}', status: 'GET /v1/models/${name}' },
      grpc: { service: ${SERVICES[protocol]}, metadata: 'model: ${name}' },
      ${when<Text>(hasKey(experiments, name), text`experiment: *experiment-${name},`)}
    },
  `;
}

/** What lists say of experiments: an anchor of envoy.yaml for each. */
export function experimentParts({ experiments }: GatewayRoutes): Text {
  const parts = eachPair<Experiment, Text>(
    experiments,
    (name, { promoted, variants }) => text`
      - &experiment-${name}
        promoted: ${choose(isSet(promoted), str`'${valueOf(promoted)}'`, 'null')}
        variants:
          ${eachPair<Variant, Text>(
            variants,
            (key, { model, version, weight }) =>
              text`'${key}': { model: '${model}', version: ${orNull(version)}, weight: ${weight} }`,
          )}
    `,
  );
  return text`
    ${parts}
  `;
}

function orNull(version: Input<number | null>): Expr<string> {
  return choose(isSet(version), str`${valueOf(version)}`, 'null');
}

function nativePath(protocol: ModelProtocol, name: Input<string>): Input<string> {
  if (protocol === 'tensorflow') return str`/v1/models/${name}:predict`;
  return protocol === 'torchserve' ? str`/predictions/${name}` : str`/v2/models/${name}/infer`;
}

function modelRoutes(name: Input<string>, backend: RoutedBackend, routes: GatewayRoutes): Text {
  return text`
    ${directRoute(name, everyPath(name), backend, routes)}
    ${grpcRoutes(name, backend, routes)}
  `;
}

/** All that begins with a model's name, by any API. */
function everyPath(name: Input<string>): Expr<string> {
  return str`/(v1/models|v2/models|predictions|explanations)/${name}([/:].*)?`;
}

/** To the model by itself. */
function directRoute(name: Input<string>, path: Input<string>, server: Answering, routes: GatewayRoutes): Text {
  return text`
    - match: { safe_regex: { regex: '${path}' } }
      route:
        cluster: '${name}/${OWN_CLUSTERS.http}'
        ${patience(server, routes)}
      ${context(name, name, null, server)}
  `;
}

/** What routes take of a server. */
interface Answering {
  readonly id: Input<string>;
  readonly protocol: Input<string>;
}

/** The server that has a model: the gateway's checks see to it that there is one. */
function serverOf(name: Input<string>, backends: readonly RoutedBackend[]): Answering {
  const [last, ...others] = backends.toReversed();
  if (last === undefined) throw new TypeError('a gateway is before one server at least');
  return others.reduce<Answering>((otherwise, { id, protocol, isThere, models }) => {
    const has = and(isThere, hasKey(models, name));
    return { id: choose(has, id, otherwise.id), protocol: choose(has, protocol, otherwise.protocol) };
  }, last);
}

/** TorchServe tells of models by its management API alone, which is closed: the gateway says what it knows. */
function statusRoute(
  name: Input<string>,
  model: Element<Model>,
  backend: RoutedBackend,
  experiments: MapInput<Experiment>,
): Text {
  return text`
    - match: { safe_regex: { regex: '/v1/models/${name}(/versions/[0-9]+)?(/metadata)?' }, headers: [ { name: ':method', string_match: { exact: GET } } ] }
      direct_response:
        status: 200
        body_format:
          content_type: application/json
          json_format:
            models: [
              ${listed(name, model, backend, experiments)}
            ]
  `;
}

/**
 * Before the routes of models: who names a version takes no part. A variant for those who ask for it by header; for all others the promoted one, or one by weight. A client's key, and
 * with it the client, stays with a variant for as long as the variant's share covers it: Envoy takes the remainder of
 * the key's hash by the sum of the weights, and shares lie side by side in the order of their names.
 */
function experimentRoutes(
  name: Input<string>,
  { promoted, variants }: Element<Experiment>,
  routes: GatewayRoutes,
): Text {
  const { backends, clientHeader, variantHeader } = routes;
  const server = serverOf(name, backends);
  const all = everyPath(name);
  const versioned = str`/(v[12]/models/${name}/(versions|labels)/.*|(predictions|explanations)/${name}/.+)`;
  const to = (key: Input<string>, { model, version }: Element<Variant>, match: Input<string>): Text => text`
    - match: { safe_regex: { regex: '${all}' }${match} }
      route:
        cluster: '${name}/${key}'
        ${patience(server, routes)}
      ${answer(variantHeader, key)}
      ${context(name, model, version, server)}
  `;
  return text`
    ${directRoute(name, versioned, server, routes)}
    ${eachPair<Variant, Text>(variants, (key, variant) =>
      to(key, variant, str`, headers: [ { name: '${variantHeader}', string_match: { exact: '${key}' } } ]`),
    )}
    ${when<Text>(
      isSet(promoted),
      text`
        ${eachPair<Variant, Text>(
          variants,
          (key, variant) => text`${when<Text>(equals(key, valueOf(promoted)), to(key, variant, ''))}`,
        )}
      `,
      text`
        - match: { safe_regex: { regex: '${all}' } }
          route:
            weighted_clusters:
              use_hash_policy: true
              clusters:
                ${eachPair<Variant, Text>(
                  variants,
                  (key, { model, version, weight }) => text`
                    - name: '${name}/${key}'
                      weight: ${weight}
                      ${answer(variantHeader, key)}
                      ${context(name, model, version, server)}
                  `,
                )}
            hash_policy:
              - { header: { header_name: '${clientHeader}' }, terminal: true }
              - { connection_properties: { source_ip: true } }
            ${patience(server, routes)}
      `,
    )}
  `;
}

/** By the method's service and the metadata `model`. The message names the model too, and is left as it is. */
function grpcRoutes(name: Input<string>, backend: RoutedBackend, routes: GatewayRoutes): Text {
  const { protocol } = backend;
  const named = str`headers: [ { name: model, string_match: { exact: '${name}' } } ]`;
  return text`
    - match: { safe_regex: { regex: '/${METHODS[protocol]}' }, grpc: {}, ${named} }
      route:
        cluster: '${name}/${OWN_CLUSTERS.grpc}'
        ${patience(backend, routes)}
    - match: { prefix: /, grpc: {}, ${named} }
      direct_response: { status: 400, body: { inline_string: 'model ${name} is of ${SERVICES[protocol]}' } }
  `;
}

/**
 * What is tried again, on another server where there is one: what never reached a model, what broke off, and what a
 * server has no time for. Inference changes nothing, so that a second try does no harm.
 */
const RETRIED = 'connect-failure,refused-stream,reset,retriable-status-codes,unavailable';
const ELSEWHERE = [
  'retriable_status_codes: [ 503 ]',
  'retry_host_predicate: [ { name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ]',
  // Of two servers, each choice falls on the one that has failed as often as not.
  'host_selection_retry_max_attempts: 10',
  // Milliseconds: within what the fastest servers may take.
  'retry_back_off: { base_interval: 0.005s, max_interval: 0.05s }',
].join(', ');

/** How requests are tried again: an anchor of envoy.yaml for each server. */
export function retryPolicies({ backends, retries }: GatewayRoutes): Text {
  const policies = backends.map(({ id, isThere, tryMilliseconds }) =>
    when<Text>(
      isThere,
      text`- &${id} { retry_on: '${RETRIED}', num_retries: ${retries}, per_try_timeout: ${duration(tryMilliseconds)}, ${ELSEWHERE} }`,
    ),
  );
  return text`
    ${policies}
  `;
}

/** How long a request may take, and how it is tried again. */
function patience({ id }: Answering, { timeoutSeconds }: GatewayRoutes): Text {
  return text`
    timeout: ${timeoutSeconds}s
    retry_policy: *${id}
  `;
}

/** Who has answered. */
function answer(header: Input<string>, variant: Input<string>): Expr<string> {
  return str`response_headers_to_add: [ { header: { key: '${header}', value: '${variant}' } } ]`;
}

/** What gateway.lua is told. */
function context(
  name: Input<string>,
  model: Input<string>,
  version: Input<number | null>,
  { protocol }: Answering,
): Expr<string> {
  const at = choose(isSet(version), str`, version: '${valueOf(version)}'`, '');
  return str`typed_per_filter_config: { ${LUA}: { '@type': *lua, filter_context: { name: '${name}', protocol: ${protocol}, model: '${model}'${at} } } }`;
}

/** Milliseconds as seconds with three places: `0.050s`. */
export function duration(milliseconds: Input<number>): Expr<string> {
  const seconds = divide(milliseconds, 1000);
  const rest = subtract(milliseconds, multiply(seconds, 1000));
  const zeros = choose(lessThan(rest, 10), '00', choose(lessThan(rest, 100), '0', ''));
  return str`${seconds}.${zeros}${rest}s`;
}
