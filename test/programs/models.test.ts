/** Models on their way: the fetcher and the cache as they are generated, with a real Redis and real object storage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { CronJobSpec } from 'kubernetes-types/batch/v1';
import type { Container, EnvVar, PodSpec } from 'kubernetes-types/core/v1';
import { ModelCache, type ModelCacheProps } from '../../lib/tiers/ml/model-cache';
import type { KubernetesObject } from '../systems/cluster-ai/pods';
import { Served, addStorage, models } from '../tiers/ml/served';
import { find, synth } from '../tiers/web/plain-app';
import { runPods } from './pods';

const PASSWORD = 'of "the" cache';

function shop(props: Partial<ModelCacheProps> = {}): readonly KubernetesObject[] {
  return synth((chart) => {
    const storage = addStorage(chart, { endpoint: 'http://127.0.0.1:9100' });
    const resources = {
      requests: { cpu: '100m', memory: '256Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: null, memory: '256Mi', ephemeralStorage: '16Mi' },
    };
    const cache = new ModelCache(chart, 'model-cache', { storage, resources, ...props });
    new Served(chart, 'served', { storage, cache, models });
  });
}

/** A pod that does nothing, with all that a container of it has, for the checks to do it. */
function idle({ volumes = [] }: PodSpec, container: Container): KubernetesObject {
  const spec: PodSpec = {
    securityContext: { runAsUser: 10_001 },
    containers: [{ ...container, command: ['sleep', 'infinity'] }],
    volumes: [...volumes, ...(container.name === 'models' ? [{ name: 'models', emptyDir: {} }] : [])],
  };
  return {
    apiVersion: 'v1',
    kind: 'Deployment',
    metadata: { name: 'idle' },
    spec: { template: { spec } },
  };
}

/** Beside the cache, in the container that fetches or the one that fills the cache. */
async function scenario(script: string, where: 'fetch' | 'preload' = 'fetch', props: Partial<ModelCacheProps> = {}) {
  const objects = shop(props);
  const { template } = find(objects, 'StatefulSet', 'shop-served').spec as StatefulSetSpec;
  const { jobTemplate } = find(objects, 'CronJob', 'shop-model-cache-preload').spec as CronJobSpec;
  const pod = where === 'fetch' ? template.spec : jobTemplate.spec?.template.spec;
  const container = where === 'fetch' ? pod?.initContainers?.[1] : pod?.containers[0];
  if (!pod || !container) throw new Error('no pod');
  await runPods({
    objects: [...objects, idle(pod, container)],
    owners: ['Deployment/shop-model-cache', 'Deployment/idle'],
    secrets: {
      'shop-model-cache': { password: PASSWORD },
      'shop-model-storage': { 'access-key-id': 'reader', 'secret-access-key': 'secret' },
    },
    hosts: ['shop-model-cache'],
    files: {
      environment: exported(container.env ?? []),
      'models.sh': readFileSync(join(__dirname, 'models.sh'), 'utf8'),
      'scenario.sh': `. /tmp/models.sh\nset -x\n${script}`,
    },
    checks: [
      '. /tmp/models.sh && [ "$(redis ping)" = PONG ]',
      // Once, as each check is tried again until it succeeds.
      '[ -e /tmp/done ] || { touch /tmp/done; sh /tmp/scenario.sh > /tmp/said 2>&1 && touch /tmp/right; }; [ -e /tmp/right ] || { cat /tmp/said /tmp/log; exit 1; }',
    ],
  });
}

function exported(env: readonly EnvVar[]): string {
  const value = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return env.map((variable) => `export ${variable.name}=${value(variable.value ?? PASSWORD)}\n`).join('');
}

describe('The fetcher', () => {
  it('fetches byte by byte; from then on a new volume needs no object storage, and a warm one nobody', async () => {
    await scenario(`
      start_storage
      publish adder/1 80000000
      publish adder/2 10
      publish digits/int8/7 ${2 ** 25 - 2 ** 16}
      list '# of a list' 'adder 1 - -' "adder 2 $(sha256sum < $storage/models/adder/2/SHA256SUMS | sed 's/ .*//') -" 'digits 7 - int8'
      fetch
      as_published adder/1 adder/1 && as_published adder/2 adder/2 && as_published digits/int8/7 digits/7
      said 'msg="fetched" model=adder version=1 variant=- bytes=80000006 from_cache=0 from_storage=80000006'
      # The file that all have is in the cache after the first.
      said 'msg="fetched" model=adder version=2 variant=- bytes=16 from_cache=6 from_storage=10'
      is "$(reads)" '2 9 '
      is "$(ls /volume)" repository

      stop_storage
      new_volume
      redis config resetstat
      fetch
      as_published adder/1 adder/1 && as_published adder/2 adder/2 && as_published digits/int8/7 digits/7
      said 'bytes=80000006 from_cache=80000006 from_storage=0'
      is "$(reads)" '11 0 '

      # Nobody is there: in a second, and with no rclone and no redis-cli at all.
      CACHE_HOST=nowhere PATH=/usr/bin:/bin RCLONE_LOG_LEVEL= timeout 1 sh /etc/model-fetcher/fetch.sh 2> /tmp/log
      said 'msg="already there" model=digits version=7'
      is "$(reads)" '11 0 '
      is "$(redis zscore models:uses digits/int8/7)" 2
    `);
  });

  it('goes on after it was killed in the middle of a file', async () => {
    await scenario(`
      start_storage
      publish adder/1 100000000
      list 'adder 1 - -'
      RCLONE_BWLIMIT=20M setsid sh /etc/model-fetcher/fetch.sh 2> /tmp/log & fetching=$!
      until [ "$(cat /volume/partial/*/weights 2> /dev/null | wc -c)" -gt $((CHUNK + 5000000)) ]; do sleep 0.1; done
      kill -s KILL -- -$fetching
      [ ! -e /volume/repository/adder/1 ]
      fetch
      as_published adder/1 adder/1
      said "goes on where it was.*file=weights bytes=$CHUNK of=100000000"
      said "from_cache=0 from_storage=$((100000006 - CHUNK))"
      # The cache has got all of it, what was fetched before as well.
      stop_storage
      new_volume
      fetch
      as_published adder/1 adder/1
    `);
  });

  it('fetches anew what is corrupt in the cache, and puts that right', async () => {
    await scenario(`
      start_storage
      publish adder/1 50000000
      list 'adder 1 - -'
      fetch
      head -c $CHUNK /dev/zero | redis -x setex "models:chunk:$(sum adder/1):0" 100
      new_volume
      fetch
      as_published adder/1 adder/1
      said 'msg="corrupt; fetching it anew from object storage" model=adder version=1 file=weights expected='"$(sum adder/1)"
      # One of another length is none at all.
      redis setex "models:chunk:$(sum adder/1):0" 100 short
      new_volume
      fetch
      said "from_cache=$((50000006 - CHUNK)) from_storage=$CHUNK"
      # A file list that is none is read anew.
      redis setex models:index:adder/1 100 nonsense
      new_volume
      fetch
      said from_storage=0
      stop_storage
      new_volume
      fetch
      as_published adder/1 adder/1
    `);
  });

  it('refuses what is corrupt in object storage, and takes it once it is put right', async () => {
    await scenario(`
      start_storage
      publish adder/1 50000000
      list 'adder 1 - -'
      sums=$(cat $storage/models/adder/1/SHA256SUMS)
      expected=$(sum adder/1)
      printf x | dd of=$storage/models/adder/1/weights bs=1 seek=40000000 conv=notrunc 2> /dev/null
      refused fetch
      said "level=error msg=\\"model adder version 1 is corrupt in object storage: weights has SHA-256 $(sum adder/1), SHA256SUMS says $expected; publish it as a new version\\""
      [ ! -e /volume/repository/adder/1 ]
      is "$(redis --raw keys 'models:chunk:*')" ''
      seal adder/1
      fetch
      as_published adder/1 adder/1
    `);
  });

  it('says what is missing, incomplete, not what was meant, or not a plain path', async () => {
    await scenario(`
      start_storage
      publish adder/1 10
      list "adder 1 $(printf '%064d' 0) -"
      refused fetch
      said "model adder version 1: SHA256SUMS in object storage has SHA-256 $(sha256sum < $storage/models/adder/1/SHA256SUMS | sed 's/ .*//'), the list says $(printf '%064d' 0); correct the list, or publish what was meant as a new version"
      list 'adder 2 - -'
      refused fetch
      said 'object storage has no models/adder/2/SHA256SUMS; publish the version, or take it from the list'
      publish adder/3 10
      rm $storage/models/adder/3/weights
      list 'adder 3 - -'
      refused fetch
      said 'models/adder/3 in object storage: SHA256SUMS names weights, which is not there; publish the version whole'
      mkdir -p $storage/models/adder/4
      echo "$(printf '%064d' 0)  ../1/weights" > $storage/models/adder/4/SHA256SUMS
      list 'adder 4 - -'
      refused fetch
      said "models/adder/4 in object storage: SHA256SUMS has the line '$(printf '%064d' 0)  ../1/weights', which is no sum of a plain path; write it with sha256sum"
      stop_storage
      list 'adder 1 - -'
      redis del models:index:adder/1
      refused fetch
      said 'object storage at http://127.0.0.1:9100 does not give models/adder/1/SHA256SUMS, see above'
    `);
  });

  it('says that the volume is full, before it begins', async () => {
    await scenario(`
      start_storage
      publish adder/1 1000
      list 'adder 1 - -'
      printf '#!/bin/sh\\necho Avail\\necho 1000\\n' > /opt/tools/df
      chmod +x /opt/tools/df
      refused fetch
      said 'the volume is full: model adder version 1 needs 1006 more bytes, and 1000 are free; grow the volume, or list fewer versions'
      # What was begun of others makes room.
      mkdir /volume/partial/others
      printf '#!/bin/sh\\necho Avail\\nif [ -e /volume/partial/others ]; then echo 1000; else echo 1006; fi\\n' > /opt/tools/df
      fetch
    `);
  });

  it('asks object storage where the cache is away, empty, slow, or takes nothing', async () => {
    await scenario(`
      start_storage
      publish adder/1 40000000
      list 'adder 1 - -'
      CACHE_HOST=nowhere fetch
      as_published adder/1 adder/1
      said 'msg="the cache does not answer; object storage is asked instead" cache=nowhere'
      new_volume
      fetch
      redis del "models:chunk:$(sum adder/1):$CHUNK"
      new_volume
      fetch
      said "from_storage=$((40000000 - CHUNK))"
      redis client pause 60000
      new_volume
      fetch
      said 'the cache does not answer; object storage is asked instead'
      redis client unpause
      redis config set maxmemory 1mb
      new_volume
      fetch
      said 'the cache does not take it; it gets nothing more'
      REDISCLI_AUTH=wrong
      new_volume
      fetch
      as_published adder/1 adder/1
    `);
  });

  it('fetches once for two that share a volume', async () => {
    await scenario(`
      start_storage
      publish adder/1 60000000
      list 'adder 1 - -'
      RCLONE_BWLIMIT=30M sh /etc/model-fetcher/fetch.sh 2> /tmp/log1 & one=$!
      sleep 0.3
      sh /etc/model-fetcher/fetch.sh 2> /tmp/log2 & other=$!
      wait $one
      wait $other
      as_published adder/1 adder/1
      cat /tmp/log1 /tmp/log2 > /tmp/log
      said 'another pod fetches to this volume; waiting'
      is "$(grep -c 'msg="fetched"' /tmp/log)" 1
      is "$(grep -c 'msg="already there"' /tmp/log)" 1
    `);
  });

  it('removes what is listed no more once the rest is there, and exchanges a version of another variant', async () => {
    await scenario(`
      start_storage
      publish adder/1 10
      publish adder/2 10
      publish adder/int8/2 10
      publish digits/1 10
      list 'adder 1 - -' 'adder 2 - -' 'digits 1 - -'
      fetch
      mkdir /volume/repository/adder/assets
      list 'adder 2 - int8' 'other 1 - -'
      refused fetch
      as_published adder/1 adder/1
      as_published adder/int8/2 adder/2
      publish other/1 10
      list 'adder 2 - int8' 'other 1 - -'
      fetch
      is "$(cd /volume/repository && echo */*)" 'adder/2 adder/assets other/1'
      is "$(ls -A /volume)" "$(printf '.lock\\nrepository')"
    `);
  });
});

describe('The cache', () => {
  // Six chunks fit: two of the model that is used thrice, two of another, and three of a third.
  const fill = `
    start_storage
    for model in used other third; do publish $model/1 60000000; done
    for model in used used used other third; do
      new_volume
      list "$model 1 - -"
      fetch
    done
    publish fourth/1 60000000
    list 'fourth 1 - -'
    fetch
    kept() { echo "$(redis --raw exists "models:chunk:$(sum $1/1):0" "models:chunk:$(sum $1/1):$CHUNK")"; }
    is "$(redis --raw zrange models:uses 0 -1 withscores | tr '\\n' ' ')" 'fourth/1 1 other/1 1 third/1 1 used/1 3 '
  `;

  it('keeps with lfu what is used most, and the counts', async () => {
    await scenario(`${fill}
      is "$(kept used)" 2
      [ $(($(kept other) + $(kept third) + $(kept fourth))) -lt 6 ]
    `);
  });

  it('keeps with lru what was used last, and the counts', async () => {
    await scenario(
      `${fill}
      is "$(kept fourth)" 2
      [ "$(kept used)" -lt 2 ]
    `,
      'fetch',
      { policy: 'lru' },
    );
  });

  it('is filled with the most used first, as far as there is room, and without a read that counts', async () => {
    await scenario(
      `
      fill() { sh /etc/model-fetcher/preload.sh 2> /tmp/log; }
      kept() { echo "$(redis --raw exists "models:chunk:$(sum $1/1):0" "models:chunk:$(sum $1/1):$CHUNK")"; }
      start_storage
      for model in a b c; do publish $model/1 40000000; done
      list 'a 1 - -' 'b 1 - -' 'c 1 - -' 'gone 1 - -'
      redis zincrby models:uses 5 b/1
      redis zincrby models:uses 3 c/1
      redis zincrby models:uses 9 forgotten/1
      # One that fails is no reason to leave out the others.
      PRELOAD_BYTES=85000000
      refused fill
      is "$(kept b) $(kept c) $(kept a)" '2 2 0'
      said 'object storage has no models/gone/1/SHA256SUMS'
      said 'msg="left out: it does not fit" folder=a/1'
      list 'a 1 - -' 'b 1 - -' 'c 1 - -'
      PRELOAD_BYTES=125000000
      redis config resetstat
      fill
      # That of the counts alone.
      is "$(reads)" '1 0 '
      is "$(kept b) $(kept c) $(kept a)" '2 2 2'
      # What is corrupt is not kept.
      redis flushall
      printf x | dd of=$storage/models/a/1/weights bs=1 seek=35000000 conv=notrunc 2> /dev/null
      refused fill
      is "$(kept a) $(kept b)" '0 2'
      said 'models/a/1/weights is corrupt in object storage'
    `,
      'preload',
    );
  });
});
