{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "conecta-plus.load-balancer.limits.js" -}}
// The requests of a client are counted by one pod: the first that answers, in an order of all pods that is the
// client's own. Each second belongs to a step; a window is the sum of the steps that it touches.
const PODS = {{ int64 .Values.loadBalancer.replicas }};
const STEP = {{ int64 .Values.loadBalancer.rateLimit.stepSeconds }} * 1000;
const RULES = {
  all: { requests: {{ int64 .Values.loadBalancer.rateLimit.all.requests }}, steps: {{ div (sub (add .Values.loadBalancer.rateLimit.all.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds }} },
  authentication: { requests: {{ int64 .Values.loadBalancer.rateLimit.authentication.requests }}, steps: {{ div (sub (add .Values.loadBalancer.rateLimit.authentication.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds }} },
  {{- if not .Values.objectStore.external.enabled }}
  objects: { requests: {{ int64 .Values.media.rateLimit.requests }}, steps: {{ div (sub (add .Values.media.rateLimit.windowSeconds .Values.loadBalancer.rateLimit.stepSeconds) 1) .Values.loadBalancer.rateLimit.stepSeconds }} },
  {{- end }}
};
const AUTHENTICATION_PATHS = [
  {{- range $path := .Values.loadBalancer.rateLimit.authentication.paths }}
  '{{ $path }}',
  {{- end }}
];

// Of the request that nginx asks about: 204, or 403 with the seconds to wait.
async function check(r) {
  let wait = 0;
  try {
    wait = await wanted(r);
  } catch (error) {
    ngx.shared.events.incr('uncounted', 1, 0);
    r.error('a request is not counted: ' + error.message);
  }
  if (wait > 0) r.headersOut['Retry-After'] = String(wait);
  r.return(wait > 0 ? 403 : 204);
}

async function wanted(r) {
  const client = clientOf(r.rawVariables.binary_remote_addr);
  const rules = rulesOf(r.variables.limited_uri, r.variables.request_method);
  const own = Number(r.variables.hostname.replace(/^.*-/, ''));
  const pods = orderFor(client);
  for (let i = 0; i < pods.length; i++) {
    const wait = pods[i] === own ? take(client, rules) : await ask(pods[i], client, rules);
    if (wait >= 0) return refused(wait, rules);
  }
  throw new Error('no pod counts');
}

function refused(wait, rules) {
  if (wait > 0) ngx.shared.events.incr('limited ' + rules[rules.length - 1], 1, 0);
  return wait;
}

// An IPv4 address, or the first 64 bits of an IPv6 address, which one client has for itself.
function clientOf(address) {
  const hex = address.toString('hex');
  if (hex.startsWith('00000000000000000000ffff')) return hex.slice(24);
  return hex.length > 8 ? hex.slice(0, 16) : hex;
}

function rulesOf(uri, method) {
  {{- if not .Values.objectStore.external.enabled }}
  if (uri.startsWith('/media/')) return ['objects'];
  {{- end }}
  const isAttempt = method !== 'OPTIONS' && AUTHENTICATION_PATHS.some((path) => uri.startsWith(path));
  return isAttempt ? ['all', 'authentication'] : ['all'];
}

// By the highest hash: who owns what hardly changes when pods come or go.
function orderFor(client) {
  const pods = [];
  for (let pod = 0; pod < PODS; pod++) pods.push({ pod, weight: hash(client + '/' + pod) });
  return pods.sort((a, b) => b.weight - a.weight).map((each) => each.pod);
}

// FNV-1a, and the finalizer of MurmurHash3, by which each character counts.
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

// Counts the request where none of the rules forbids it: 0, or the seconds until it would be let through.
function take(client, rules) {
  const now = Date.now();
  const step = Math.floor(now / STEP);
  const key = client + ':' + step;
  let wait = 0;
  // First counted, then compared, and taken back: several workers together let no more through.
  rules.forEach((rule) => {
    ngx.shared[rule].incr(key, 1, 0);
    wait = Math.max(wait, waitOf(rule, client, step, now));
  });
  if (wait > 0) rules.forEach((rule) => ngx.shared[rule].incr(key, -1, 0));
  return wait;
}

function waitOf(rule, client, step, now) {
  const counts = [];
  let tooMany = -RULES[rule].requests;
  for (let i = RULES[rule].steps; i >= 0; i--) {
    const count = ngx.shared[rule].get(client + ':' + (step - i)) || 0;
    counts.push(count);
    tooMany += count;
  }
  if (tooMany <= 0) return 0;
  let leaving = 0;
  while (tooMany > counts[leaving]) {
    tooMany -= counts[leaving];
    leaving++;
  }
  return Math.ceil(((step + 1 + leaving) * STEP - now) / 1000);
}

// -1 where the pod does not answer. One that has not twice is not asked for some seconds.
async function ask(pod, client, rules) {
  if ((ngx.shared.silent.get(String(pod)) || 0) > 1) return -1;
  try {
    const url = 'http://' + podName(pod) + '.@{{ .Release.Name }}-load-balancer-headless@:8082/take?client=' + client;
    const reply = await ngx.fetch(url + '&rules=' + rules.join());
    if (reply.status === 200) return Number(await reply.text());
  } catch (error) {
    ngx.log(ngx.WARN, podName(pod) + ' does not count: ' + error.message);
  }
  ngx.shared.silent.incr(String(pod), 1, 0);
  return -1;
}

function podName(pod) {
  return '{{ .Release.Name }}-load-balancer-' + pod;
}

// For the other pods.
function answer(r) {
  r.return(200, String(take(r.args.client, r.args.rules.split(','))));
}

// A request's answer goes to its client.
function count(r) {
  ngx.shared.events.incr('answered ' + r.status, 1, 0);
}

function metrics(r) {
  const lines = [
    '# TYPE load_balancer_uncounted_total counter',
    'load_balancer_uncounted_total ' + (ngx.shared.events.get('uncounted') || 0),
    '# TYPE load_balancer_limited_total counter',
  ];
  Object.keys(RULES).forEach((rule) => {
    lines.push('load_balancer_limited_total{rule="' + rule + '"} ' + (ngx.shared.events.get('limited ' + rule) || 0));
  });
  lines.push('# TYPE load_balancer_answers_total counter');
  ngx.shared.events.items().forEach((event) => {
    const name = event[0].split(' ');
    if (name[0] === 'answered') lines.push('load_balancer_answers_total{status="' + name[1] + '"} ' + event[1]);
  });
  r.headersOut['Content-Type'] = 'text/plain; version=0.0.4';
  r.return(200, lines.join('\n') + '\n');
}

export default { check, answer, count, metrics };
{{- end }}
