/** The gateway's Envoy, as it is configured: where requests go, who answers an experiment, and what happens when servers fail. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceGateway, type InferenceGatewayProps } from '../../lib/tiers/ml/inference-gateway';
import type { Experiment } from '../../lib/tiers/ml/inference-gateway-routes';
import { FakeServer, model } from '../tiers/ml/fake-server';
import { type KubernetesObject, synth } from '../tiers/web/plain-app';
import { ENVOY, Envoy, FakeModelServer, eventually, freePort, inParallel, writeConfiguration } from './envoy';

type Props = Omit<InferenceGatewayProps, 'backends'>;

function gateway(props: Props = {}): readonly KubernetesObject[] {
  return synth((chart) => {
    const backends = [
      new FakeServer(chart, 'tensorflow', {
        protocol: 'tensorflow',
        models: { half: model(1, 2), 'half-new': model(1) },
      }),
      new FakeServer(chart, 'torchserve', { protocol: 'torchserve', models: { densenet: model(1) } }),
      new FakeServer(chart, 'onnx', { protocol: 'kserve', models: { resnet: model(1, 3), resnet_int8: model(1) } }),
    ];
    new InferenceGateway(chart, 'inference-gateway', { backends, ...props });
  });
}

/** An experiment of two variants, of which one gets these percent. */
const experiment = (candidate: number, promoted: string | null = null): Readonly<Record<string, Experiment>> => ({
  resnet: {
    promoted,
    variants: {
      candidate: { model: 'resnet_int8', version: 1, weight: candidate },
      control: { model: 'resnet', version: null, weight: 100 - candidate },
    },
  },
});

/** In the place of their own: http and gRPC of each server. */
const PORTS = [8501, 8500, 8080, 7070, 8000, 8001] as const;
const ports = new Map<number, number>();
const portOf = (port: number): number => ports.get(port) ?? 0;
const HOST = {
  tensorflow: 'shop-tensorflow-headless',
  torchserve: 'shop-torchserve-headless',
  onnx: 'shop-onnx-headless',
};

let tensorflow: FakeModelServer;
let torchserve: FakeModelServer;
let onnx: readonly FakeModelServer[];
const started: Envoy[] = [];

async function start(props: Props = {}): Promise<Envoy> {
  const envoy = new Envoy(gateway(props), ports);
  started.push(envoy);
  const addresses = (servers: readonly FakeModelServer[]) => servers.map(({ address }) => address);
  envoy.names.addresses.set(HOST.tensorflow, addresses([tensorflow]));
  envoy.names.addresses.set(HOST.torchserve, addresses([torchserve]));
  envoy.names.addresses.set(HOST.onnx, addresses(onnx));
  await envoy.start();
  return envoy;
}

beforeAll(async () => {
  for (const port of PORTS) ports.set(port, await freePort());
  tensorflow = new FakeModelServer('127.0.0.2', { http: portOf(8501), grpc: portOf(8500) });
  torchserve = new FakeModelServer('127.0.0.3', { http: portOf(8080), grpc: portOf(7070) });
  onnx = ['127.0.0.4', '127.0.0.5'].map(
    (address) => new FakeModelServer(address, { http: portOf(8000), grpc: portOf(8001) }),
  );
  await Promise.all([tensorflow, torchserve, ...onnx].map((server) => server.listen()));
});

afterAll(async () => {
  const errors = await Promise.all(started.map((envoy) => envoy.sum('envoy_http_lua_errors')));
  await Promise.all(started.map((envoy) => envoy.stop()));
  await Promise.all([tensorflow, torchserve, ...onnx].map((server) => server.stop()));
  // A script that fails lets the request through.
  expect(errors).toEqual(errors.map(() => 0));
});

const INSTANCES = '{"instances": [1.0, 2.0]}';
const TENSORS = '{"id": "7", "inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}]}';
const IMAGE = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x7b, 0x22]);
const json = { 'content-type': 'application/json' };

describe('Paths', () => {
  let envoy: Envoy;
  beforeAll(async () => {
    envoy = await start();
  });

  it.each([
    ['POST', '/v1/models/half:predict', INSTANCES, '/v1/models/half:predict'],
    ['POST', '/v1/models/half/versions/1:predict', INSTANCES, '/v1/models/half/versions/1:predict'],
    ['POST', '/v1/models/half/labels/stable:predict', INSTANCES, '/v1/models/half/labels/stable:predict'],
    ['POST', '/v1/models/half:classify', '{"examples": [{"x": 1}]}', '/v1/models/half:classify'],
    ['POST', '/v1/models/half/versions/2:regress', '{"examples": [{"x": 1}]}', '/v1/models/half/versions/2:regress'],
    ['GET', '/v1/models/half', '', '/v1/models/half'],
    ['GET', '/v1/models/half/versions/2', '', '/v1/models/half/versions/2'],
    ['GET', '/v1/models/half/metadata', '', '/v1/models/half/metadata'],
    ['POST', '/v1/models/half-new:predict', INSTANCES, '/v1/models/half-new:predict'],
    ['POST', '/v1/models/densenet:predict', IMAGE, '/predictions/densenet'],
    ['POST', '/v1/models/densenet/versions/1:predict', IMAGE, '/predictions/densenet/1'],
    ['POST', '/predictions/densenet', IMAGE, '/predictions/densenet'],
    ['PUT', '/predictions/densenet/1.0', IMAGE, '/predictions/densenet/1.0'],
    ['POST', '/explanations/densenet', IMAGE, '/explanations/densenet'],
    ['POST', '/v1/models/resnet:predict', TENSORS, '/v2/models/resnet/infer'],
    ['POST', '/v1/models/resnet/versions/3:predict?x=1', TENSORS, '/v2/models/resnet/versions/3/infer?x=1'],
    ['POST', '/v2/models/resnet/infer', TENSORS, '/v2/models/resnet/infer'],
    ['POST', '/v2/models/resnet/versions/1/infer', TENSORS, '/v2/models/resnet/versions/1/infer'],
    ['GET', '/v1/models/resnet', '', '/v2/models/resnet'],
    ['GET', '/v1/models/resnet/versions/1/metadata', '', '/v2/models/resnet/versions/1'],
    ['GET', '/v2/models/resnet', '', '/v2/models/resnet'],
    ['GET', '/v2/models/resnet/ready', '', '/v2/models/resnet/ready'],
    ['GET', '/v2/models/resnet/versions/1/config', '', '/v2/models/resnet/versions/1/config'],
    ['GET', '/v2/models/resnet/stats', '', '/v2/models/resnet/stats'],
    ['POST', '/v2/models/resnet/generate', '{"text_input": "a"}', '/v2/models/resnet/generate'],
  ])('%s %s', async (method, path, body, asked) => {
    const answer = await envoy.send(method, path, {}, body);
    expect(answer).toMatchObject({ status: 200, body: `${method} ${asked} ${body.toString('latin1')}` });
  });

  it('list every model of every server', async () => {
    const { body, headers, status } = await envoy.send('GET', '/v1/models');
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const { models } = JSON.parse(body) as { readonly models: readonly { readonly name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['half', 'half-new', 'densenet', 'resnet', 'resnet_int8']);
    expect(models[3]).toEqual({
      name: 'resnet',
      protocol: 'kserve',
      server: 'shop-onnx',
      versions: [1, 3],
      paths: {
        predict: 'POST /v1/models/resnet:predict',
        native: 'POST /v2/models/resnet/infer',
        status: 'GET /v1/models/resnet',
      },
      grpc: { service: 'inference.GRPCInferenceService', metadata: 'model: resnet' },
    });
  });

  it('say of a model of TorchServe what the gateway knows, as its management API is closed', async () => {
    for (const path of ['/v1/models/densenet', '/v1/models/densenet/versions/1/metadata']) {
      const { body, status } = await envoy.send('GET', path);
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ models: [{ name: 'densenet', versions: [1] }] });
    }
  });

  it.each([
    ['GET', '/v1/models/other'],
    ['POST', '/v1/models/other:predict'],
    ['POST', '/predictions/other'],
    ['GET', '/v2/models/hal'],
    ['POST', '/v2/repository/index'],
    ['POST', '/models'],
    ['GET', '/'],
  ])('of none: %s %s, where 404 lists what there is', async (method, path) => {
    const { body, status } = await envoy.send(method, path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual({
      error: 'no such model or path; GET /v1/models says more of these models',
      models: ['half', 'half-new', 'densenet', 'resnet', 'resnet_int8'],
    });
  });

  it.each([
    ['POST', '/v1/models/half:prediction'],
    ['GET', '/v1/models/half/versions/latest'],
    ['POST', '/v2/models/resnet/load'],
    ['POST', '/predictions/densenet/1/more'],
  ])('that the model has not: %s %s', async (method, path) => {
    const { body, status } = await envoy.send(method, path);
    expect([status, (JSON.parse(body) as { readonly error: string }).error]).toEqual([
      404,
      'the model has no such path',
    ]);
  });

  it.each([
    ['POST', '/v1/models', 'GET'],
    ['POST', '/v1/models/half', 'GET'],
    ['GET', '/v1/models/half:predict', 'POST'],
    ['DELETE', '/v1/models/densenet', 'GET'],
    ['GET', '/predictions/densenet', 'POST, PUT'],
    ['PUT', '/v2/models/resnet/infer', 'POST'],
    ['POST', '/v2/models/resnet/ready', 'GET'],
  ])('by the wrong method: %s %s', async (method, path, allowed) => {
    const { body, headers, status } = await envoy.send(method, path, {}, method === 'POST' ? INSTANCES : undefined);
    expect([status, headers.allow]).toEqual([405, allowed]);
    expect(JSON.parse(body)).toMatchObject({ error: `the path takes ${allowed}` });
  });

  it.each([
    ['/v2/models/half/infer', TENSORS, 'kserve', 'tensorflow', 'POST /v1/models/half:predict'],
    ['/predictions/half', IMAGE, 'torchserve', 'tensorflow', 'POST /v1/models/half:predict'],
    ['/v1/models/densenet:classify', INSTANCES, 'tensorflow', 'torchserve', 'POST /predictions/densenet'],
    ['/v2/models/densenet/infer', TENSORS, 'kserve', 'torchserve', 'POST /predictions/densenet'],
    ['/predictions/resnet', IMAGE, 'torchserve', 'kserve', 'POST /v2/models/resnet/infer'],
    ['/v1/models/resnet/labels/stable:predict', TENSORS, 'tensorflow', 'kserve', 'POST /v2/models/resnet/infer'],
  ])('of another protocol: POST %s', async (path, sent, given, protocol, right) => {
    const { body, headers, status } = await envoy.send('POST', path, {}, sent);
    expect([status, headers['content-type']]).toEqual([400, 'application/json']);
    expect(JSON.parse(body)).toMatchObject({ given, protocol, paths: expect.arrayContaining([right]) as unknown });
  });

  it('are seen as they are: no segment that leads elsewhere, no escaped slash', async () => {
    expect(await envoy.send('GET', '/v1/models/half/../resnet')).toMatchObject({ body: 'GET /v2/models/resnet ' });
    expect((await envoy.send('GET', '/v1/models%2Fhalf')).status).toBe(400);
  });
});

describe('Bodies', () => {
  let envoy: Envoy;
  beforeAll(async () => {
    envoy = await start({ bodyCheck: { enabled: true, size: '4Ki' } });
  });
  const padding = (bytes: number): string => 'x'.repeat(bytes);
  const send = (name: string, body: string | Buffer, headers = {}) =>
    envoy.send('POST', `/v1/models/${name}:predict`, { ...json, ...headers }, body);

  it.each<readonly [name: string, what: string, body: string | Buffer]>([
    ['half', 'instances', INSTANCES],
    ['half', 'inputs by name', '{"inputs": {"x": [1]}}'],
    ['half', 'inputs that are numbers', '{"signature_name": "serving_default", "inputs": [1, 2]}'],
    ['half', 'inputs that are bytes', '{"inputs": [{"b64": "aGk="}]}'],
    ['half', 'spaces before, and a key that looks like another', ' \n{"a\\"instances": "}", "instances": [1]}'],
    ['densenet', 'an image', IMAGE],
    ['densenet', 'nothing', ''],
    ['densenet', 'a list', '[1, 2]'],
    ['densenet', 'JSON of its handler', '{"data": {"instances": [1]}}'],
    ['densenet', 'inputs, which handlers take too', '{"inputs": "a text"}'],
    ['resnet', 'tensors', TENSORS],
    [
      'resnet',
      'tensors with parameters before',
      '{"parameters": {"instances": "[}"}, "inputs": [{"data": [[1], [2]], "datatype": "FP32"}]}',
    ],
    ['resnet', 'no tensors, which may be of either', '{"inputs": []}'],
  ])('%s takes %s', async (name, _, body) => {
    const answer = await send(name, body);
    expect(answer.status).toBe(200);
    expect(answer.body.endsWith(` ${body.toString('latin1')}`)).toBe(true);
  });

  it.each<readonly [name: string, what: string, body: string | Buffer, given: string]>([
    ['half', 'tensors', TENSORS, 'kserve'],
    ['half', 'an image', IMAGE, 'torchserve'],
    ['half', 'nothing', '', 'torchserve'],
    ['half', 'JSON without a key of its own', '{"data": [1]}', 'torchserve'],
    ['densenet', 'instances', INSTANCES, 'tensorflow'],
    ['densenet', 'tensors', TENSORS, 'kserve'],
    ['resnet', 'instances', INSTANCES, 'tensorflow'],
    ['resnet', 'inputs by name', '{"inputs": {"x": [1]}}', 'tensorflow'],
    ['resnet', 'inputs that are no tensors', '{"inputs": [{"name": "x", "value": 1}]}', 'tensorflow'],
    ['resnet', 'an image', IMAGE, 'torchserve'],
    ['resnet', 'JSON that is cut off', '{"data": [', 'torchserve'],
  ])('%s refuses %s', async (name, _, body, given) => {
    const answer = await send(name, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: "the body is not of the protocol that the model's server speaks",
      model: name,
      given,
    });
  });

  it('name the protocol, and where it is spoken', async () => {
    expect(JSON.parse((await send('resnet', INSTANCES)).body)).toEqual({
      error: "the body is not of the protocol that the model's server speaks",
      model: 'resnet',
      protocol: 'kserve',
      given: 'tensorflow',
      expected:
        'the Open Inference Protocol, version 2: JSON with inputs, a list of tensors with name, shape, datatype and data',
      paths: ['POST /v1/models/resnet:predict', 'POST /v2/models/resnet/infer'],
    });
  });

  it('are whole and the same at the server, whatever their length', async () => {
    for (const length of [4096, 4097, 300_000, 3_000_000]) {
      const body = Buffer.alloc(length, 0xfe);
      const { body: answer } = await send('densenet', body);
      expect(answer).toBe(`POST /predictions/densenet ${body.toString('latin1')}`);
    }
  });

  it('that are longer than what is held, or do not say how long they are, go to the server as they come', async () => {
    const long = (length: number): string => `{"instances": [1], "more": "${padding(length)}"}`;
    expect((await send('resnet', long(4096 - long(0).length))).status).toBe(400);
    expect((await send('resnet', long(4097 - long(0).length))).status).toBe(200);
    expect((await send('resnet', INSTANCES, { 'transfer-encoding': 'chunked' })).status).toBe(200);
  });

  it('are known by what stands in the first 64 KiB', async () => {
    const usual = await start();
    const late = (length: number): string => `{"parameters": "${padding(length)}", "instances": [1]}`;
    const status = async (body: string) => (await usual.send('POST', '/v1/models/resnet:predict', json, body)).status;
    expect([await status(late(60_000)), await status(late(70_000))]).toEqual([400, 200]);
  });

  it('that are compressed, or whose header says that tensors follow as bytes, are not looked at', async () => {
    expect((await send('half', IMAGE, { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await send('resnet', IMAGE, { 'inference-header-content-length': '0' })).status).toBe(200);
  });

  it('are not looked at where that is off', async () => {
    const unchecked = await start({ bodyCheck: { enabled: false, size: '4Ki' } });
    expect((await unchecked.send('POST', '/v1/models/half:predict', json, TENSORS)).status).toBe(200);
  });
});

describe('gRPC', () => {
  let envoy: Envoy;
  beforeAll(async () => {
    envoy = await start();
  });

  it.each([
    ['half', '/tensorflow.serving.PredictionService/Predict', () => [tensorflow]],
    ['half', '/tensorflow.serving.ModelService/GetModelStatus', () => [tensorflow]],
    ['densenet', '/org.pytorch.serve.grpc.inference.InferenceAPIsService/Predictions', () => [torchserve]],
    ['resnet', '/inference.GRPCInferenceService/ModelInfer', () => onnx],
  ] as const)('of %s: %s', async (name, path, servers) => {
    expect(await envoy.call(path, { model: name })).toEqual(['0', '']);
    expect(servers().flatMap(({ asked }) => asked)).toContainEqual({ method: 'gRPC', path, body: Buffer.alloc(0) });
  });

  it('refuses what is of no model, of another service, or would change what is loaded', async () => {
    const unknown = 'no such model or method; the metadata "model" names the model, and GET /v1/models lists all';
    const infer = '/inference.GRPCInferenceService/ModelInfer';
    expect(await envoy.call(infer, {})).toEqual(['12', unknown]);
    expect(await envoy.call(infer, { model: 'other' })).toEqual(['12', unknown]);
    expect(await envoy.call(infer, { model: 'half' })).toEqual([
      '13',
      'model half is of tensorflow.serving.PredictionService',
    ]);
    const unload = '/inference.GRPCInferenceService/RepositoryModelUnload';
    expect((await envoy.call(unload, { model: 'resnet' }))[0]).toBe('13');
  });
});

describe('An experiment', () => {
  const CLIENTS = 20_000;
  /** Which variant each of the clients gets. */
  const assigned = (envoy: Envoy) =>
    inParallel(CLIENTS, 64, async (client) => {
      const { headers } = await envoy.send('GET', '/v1/models/resnet', { 'x-client-id': `client-${client}` });
      return headers['x-variant'];
    });
  const countOf = (variants: readonly unknown[]): number =>
    variants.filter((variant) => variant === 'candidate').length;

  let tenth: Envoy;
  beforeAll(async () => {
    tenth = await start({ experiments: experiment(10) });
  });

  it('gives each variant its share of the clients, and a larger share takes only what is added', async () => {
    const before = await assigned(tenth);
    const fifth = await start({ experiments: experiment(20) });
    const after = await assigned(fifth);
    expect(Math.abs(countOf(before) / CLIENTS - 0.1)).toBeLessThan(0.01);
    expect(Math.abs(countOf(after) / CLIENTS - 0.2)).toBeLessThan(0.01);
    const moved = before.map((variant, client) => [variant, after[client]]).filter(([was, is]) => was !== is);
    expect(new Set(moved.map(String))).toEqual(new Set(['control,candidate']));
    expect(moved).toHaveLength(countOf(after) - countOf(before));
  }, 180_000);

  it('leads to the model and version of the variant, by whichever path, and never changes the body', async () => {
    for (const [path, header] of [
      ['/v1/models/resnet:predict', 'candidate'],
      ['/v2/models/resnet/infer', 'candidate'],
    ] as const) {
      const answer = await tenth.send('POST', path, { 'x-variant': header }, TENSORS);
      expect(answer.body).toBe(`POST /v2/models/resnet_int8/versions/1/infer ${TENSORS}`);
      expect(answer.headers['x-variant']).toBe('candidate');
    }
    const control = await tenth.send('POST', '/v2/models/resnet/infer', { 'x-variant': 'control' }, TENSORS);
    expect(control.body).toBe(`POST /v2/models/resnet/infer ${TENSORS}`);
  });

  it('obeys the header whoever the client is, and goes by weight where the header names no variant', async () => {
    const clients = Array.from({ length: 50 }, (_, index) => `client-${index}`);
    const variants = async (header: string) =>
      Promise.all(
        clients.map(async (client) => {
          const asked = { 'x-client-id': client, 'x-variant': header };
          return (await tenth.send('GET', '/v1/models/resnet', asked)).headers['x-variant'];
        }),
      );
    expect(new Set(await variants('candidate'))).toEqual(new Set(['candidate']));
    expect(new Set(await variants('control'))).toEqual(new Set(['control']));
    expect(await variants('other')).toEqual(
      await Promise.all(
        clients.map(
          async (client) =>
            (await tenth.send('GET', '/v1/models/resnet', { 'x-client-id': client })).headers['x-variant'],
        ),
      ),
    );
  });

  it('keeps a client without a key with one variant, by its address', async () => {
    const answers = await inParallel(50, 8, () => tenth.send('GET', '/v1/models/resnet'));
    expect(new Set(answers.map(({ headers }) => headers['x-variant'])).size).toBe(1);
  });

  it('is none of those who name a version', async () => {
    const answer = await tenth.send(
      'POST',
      '/v1/models/resnet/versions/3:predict',
      { 'x-variant': 'candidate' },
      TENSORS,
    );
    expect(answer.body).toBe(`POST /v2/models/resnet/versions/3/infer ${TENSORS}`);
    expect(answer.headers).not.toHaveProperty('x-variant');
  });

  it('ends with the variant that is promoted, and is rolled back by the same value', async () => {
    for (const promoted of ['candidate', 'control']) {
      const envoy = await start({ experiments: experiment(10, promoted) });
      const variants = await inParallel(200, 16, async (client) => {
        const { headers } = await envoy.send('GET', '/v1/models/resnet', { 'x-client-id': `client-${client}` });
        return headers['x-variant'];
      });
      expect(new Set(variants)).toEqual(new Set([promoted]));
      const other = await envoy.send('GET', '/v1/models/resnet', { 'x-variant': 'candidate' });
      expect(other.headers['x-variant']).toBe('candidate');
    }
  });

  it('is in the list, and in metrics by server, model and variant', async () => {
    const { body } = await tenth.send('GET', '/v1/models');
    expect((JSON.parse(body) as { readonly models: readonly object[] }).models[3]).toMatchObject({
      experiment: {
        promoted: null,
        variants: {
          candidate: { model: 'resnet_int8', version: 1, weight: 10 },
          control: { model: 'resnet', version: null, weight: 90 },
        },
      },
    });
    const labels = { server: 'onnx', model: 'resnet', variant: 'candidate' };
    await tenth.send('GET', '/v1/models/resnet', { 'x-variant': 'candidate' });
    expect(await tenth.sum('envoy_cluster_upstream_rq_total', labels)).toBeGreaterThan(0);
    const { body: metrics } = await tenth.metrics('/stats/prometheus');
    for (const target of [10, 20, 30, 50]) {
      expect(metrics).toMatch(
        new RegExp(`envoy_cluster_upstream_rq_time_bucket{[^}]*variant="candidate"[^}]*le="${target}"}`),
      );
    }
  });
});

describe('Servers that fail', () => {
  const predict = (envoy: Envoy) => envoy.send('POST', '/v1/models/resnet:predict', json, TENSORS);
  const direct = { server: 'onnx', model: 'resnet', variant: 'direct' };
  const behave = (behaviour: FakeModelServer['behaviour']): void => {
    for (const server of onnx) server.behaviour = behaviour;
  };
  const well: FakeModelServer['behaviour'] = () => Promise.resolve({ body: 'well' });
  const later =
    (milliseconds: number, status = 200): FakeModelServer['behaviour'] =>
    async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return { status };
    };
  afterEach(() => {
    behave(well);
  });

  it('cost nothing where another server takes the second try', async () => {
    const envoy = await start();
    behave(well);
    for (const failure of [{ status: 503 }, 'break off'] as const) {
      const [first] = onnx;
      if (first) first.behaviour = () => Promise.resolve(failure);
      const answers = await inParallel(40, 2, () => predict(envoy));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    }
    expect(await envoy.sum('envoy_cluster_upstream_rq_retry', direct)).toBeGreaterThan(0);
  });

  it('are not tried again for what comes of the request', async () => {
    const envoy = await start();
    const before = onnx.flatMap(({ asked }) => asked).length;
    behave(() => Promise.resolve({ status: 500, body: 'shape' }));
    expect(await predict(envoy)).toMatchObject({ status: 500, body: 'shape' });
    expect(onnx.flatMap(({ asked }) => asked)).toHaveLength(before + 1);
  });

  it('get second tries within a budget, and what is beyond it fails at once', async () => {
    const envoy = await start({
      retryBudget: { percent: 10, minConcurrency: 1 },
      retries: 1,
      outlierDetection: { consecutiveFailures: 1000, ejectionSeconds: 1, maxEjectionPercent: 50 },
    });
    behave(later(50, 503));
    const answers = await inParallel(200, 50, () => predict(envoy));
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    const [requests, retries, overflow] = await Promise.all(
      ['upstream_rq_total', 'upstream_rq_retry', 'upstream_rq_retry_overflow'].map((name) =>
        envoy.sum(`envoy_cluster_${name}`, direct),
      ),
    );
    expect(retries).toBeGreaterThan(0);
    expect(overflow).toBeGreaterThan(0);
    expect(Number(requests)).toBe(200 + Number(retries));
    // A tenth of what is under way, which is 50 and its second tries.
    expect(Number(retries)).toBeLessThan(60);
  });

  it('get no more requests at a time than the breaker lets through, and all again once it has closed', async () => {
    const envoy = await start({ circuitBreaker: { maxRequests: 8, maxPendingRequests: 8 }, retries: 0 });
    behave(later(500));
    const answers = await inParallel(40, 40, () => predict(envoy));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(8);
    const refused = answers.find(({ status }) => status === 503);
    expect(refused?.headers).toMatchObject({ 'x-envoy-overloaded': 'true', 'content-type': 'application/json' });
    expect(JSON.parse(refused?.body ?? '')).toEqual({
      error: 'upstream connect error or disconnect/reset before headers. reset reason: overflow',
    });
    behave(well);
    const after = await inParallel(40, 4, () => predict(envoy));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('get a thousand requests at a time', async () => {
    const envoy = await start();
    behave(later(1000));
    const answers = await inParallel(1000, 1000, () => predict(envoy));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('are left out for a while, and come back', async () => {
    const envoy = await start({
      outlierDetection: { consecutiveFailures: 3, ejectionSeconds: 1, maxEjectionPercent: 50 },
    });
    const [bad, good] = onnx;
    if (!bad || !good) throw new Error('there are two');
    behave(well);
    bad.behaviour = () => Promise.resolve({ status: 503 });
    const active = 'envoy_cluster_outlier_detection_ejections_active';
    await inParallel(40, 2, () => predict(envoy));
    expect(await envoy.sum(active, direct)).toBe(1);
    const asked = bad.asked.length;
    bad.behaviour = well;
    await inParallel(20, 2, () => predict(envoy));
    expect(bad.asked).toHaveLength(asked);
    await eventually(async () => {
      expect(await envoy.sum(active, direct)).toBe(0);
    });
    await inParallel(20, 2, () => predict(envoy));
    expect(bad.asked.length).toBeGreaterThan(asked);
  });

  it('that take too long are given up, after the time of one try on one and of all on all', async () => {
    const envoy = await start({ timeoutSeconds: 1, tryTimeoutTargets: 4, retries: 1 });
    behave(later(5000));
    const begin = Date.now();
    const { body, status } = await predict(envoy);
    expect([status, JSON.parse(body)]).toEqual([504, { error: 'upstream request timeout' }]);
    // Two tries of 4 × 50 milliseconds.
    expect(Date.now() - begin).toBeLessThan(900);
    behave(well);
    const [slow] = onnx;
    if (slow) slow.behaviour = later(5000);
    const answers = await inParallel(6, 1, () => predict(envoy));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('that are gone from DNS get no more requests, and new ones do', async () => {
    const envoy = await start();
    const [one, other] = onnx;
    if (!one || !other) throw new Error('there are two');
    behave(well);
    envoy.names.addresses.set(HOST.onnx, [one.address]);
    await eventually(async () => {
      expect(await envoy.sum('envoy_cluster_membership_total', direct)).toBe(1);
    });
    const asked = other.asked.length;
    await inParallel(20, 4, () => predict(envoy));
    expect(other.asked).toHaveLength(asked);
    envoy.names.addresses.set(HOST.onnx, [one.address, other.address]);
    await eventually(async () => {
      await predict(envoy);
      expect(other.asked.length).toBeGreaterThan(asked);
    });
  });

  it('that are none give 503 as JSON', async () => {
    const envoy = await start();
    envoy.names.addresses.set(HOST.torchserve, []);
    const gone = new FakeModelServer('127.0.0.9', { http: portOf(8080), grpc: portOf(7070) });
    envoy.names.addresses.set(HOST.torchserve, [gone.address]);
    await eventually(async () => {
      const { body, status } = await envoy.send('POST', '/v1/models/densenet:predict', {}, IMAGE);
      expect(status).toBe(503);
      expect(JSON.parse(body)).toHaveProperty('error');
    });
  });
});

describe('The port of metrics', () => {
  it('has metrics and readiness, and nothing else of what the admin interface can do', async () => {
    const envoy = await start();
    expect((await envoy.metrics('/ready')).body).toBe('LIVE\n');
    for (const [path, method] of [
      ['/quitquitquit', 'POST'],
      ['/config_dump', 'GET'],
      ['/ready', 'POST'],
      ['/', 'GET'],
    ] as const) {
      expect([path, (await envoy.metrics(path, method)).status]).toEqual([path, 404]);
    }
  });
});

describe('envoy takes the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'envoy-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const long = 'm'.repeat(40);

  it.each<readonly [what: string, objects: readonly KubernetesObject[]]>([
    ['of the defaults', gateway()],
    ['of an experiment', gateway({ experiments: experiment(10) })],
    ['of one that is decided', gateway({ experiments: experiment(0, 'candidate') })],
    [
      'without bodies looked at, and of tight limits',
      gateway({ bodyCheck: { enabled: false, size: '1Ki' }, maxConnections: 10, retries: 0 }),
    ],
    [
      'of servers without models',
      synth((chart) => {
        const backends = [new FakeServer(chart, 'onnx', { protocol: 'kserve', models: {} })];
        new InferenceGateway(chart, 'inference-gateway', { backends });
      }),
    ],
    ['of no server', synth((chart) => new InferenceGateway(chart, 'inference-gateway', { backends: [] }))],
    [
      'of names that YAML or an expression might read as something else',
      synth((chart) => {
        const models = { on: model(1), null: model(1), 'a-b': model(1), e1: model(1), [long]: model(1_000_000) };
        const backends = [new FakeServer(chart, 'onnx', { protocol: 'kserve', models })];
        new InferenceGateway(chart, 'inference-gateway', { backends });
      }),
    ],
  ])('%s', (_, objects) => {
    writeConfiguration(objects, folder);
    const answer = execFileSync(ENVOY, ['--mode', 'validate', '--config-path', join(folder, 'envoy.yaml')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(answer).toContain('OK');
  });
});
