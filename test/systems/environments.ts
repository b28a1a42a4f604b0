/** What holds of every environment of a system. */
import { images } from '../../lib/images';
import { type KubernetesObject, containersOf, podsIn, runningContainers, titleOf } from './cluster-ai/pods';
import type { Reading } from './reading';

/** Those that ask the API server: the maker of Secrets, and Prometheus, which looks for pods. */
const asksApiServer = (owner: string): boolean => /secret-generator|certificates|-prometheus$/.test(owner);

/** Pods that end by themselves have nothing to probe. */
const endsByItself = (owner: string): boolean => /^((Cron)?Job|Pod)\//.test(owner);

export function describeEnvironments({ environments, objectsIn, release }: Reading): void {
  describe.each(environments)('%s', (environment) => {
    const objects = objectsIn(environment);
    const pods = podsIn(objects);
    const containers = pods.flatMap((pod) =>
      containersOf(pod).map((container) => ({ at: `${pod.owner}/${container.name}`, pod, container })),
    );

    it('has these objects', () => {
      expect(objects.map(titleOf).map(withoutHash)).toMatchSnapshot();
    });

    it('has no two objects of one kind and name', () => {
      const titles = objects.map(titleOf);
      expect(new Set(titles).size).toBe(titles.length);
    });

    it('requests CPU, memory and disk for every container, and limits memory and disk', () => {
      for (const { at, container } of containers) {
        const { requests = {}, limits = {} } = container.resources ?? {};
        const [devices, ordinary] = [true, false].map((isDevice) =>
          Object.keys(requests).filter((name) => name.includes('/') === isDevice),
        );
        expect([at, ordinary]).toEqual([at, ['cpu', 'memory', 'ephemeral-storage']]);
        expect([at, Object.keys(limits).filter((name) => name !== 'cpu')]).toEqual([
          at,
          ['memory', 'ephemeral-storage', ...(devices ?? [])],
        ]);
        // No part of a device is lent.
        for (const device of devices ?? []) expect([at, requests[device]]).toEqual([at, limits[device]]);
      }
    });

    it('probes whatever keeps running, and not twice in the same way', () => {
      for (const { pod, container } of containers) {
        if (endsByItself(pod.owner) || !runningContainers(pod).includes(container)) continue;
        const { startupProbe, livenessProbe, readinessProbe } = container;
        const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => JSON.stringify(probe));
        expect([pod.owner, container.name, new Set(probes).size]).toEqual([pod.owner, container.name, 3]);
        expect(probes).not.toContain(undefined);
      }
    });

    it('meets Pod Security "restricted"', () => {
      for (const { owner, spec } of pods) {
        expect({ owner, ...spec }).toMatchObject({
          owner,
          automountServiceAccountToken: asksApiServer(owner),
          enableServiceLinks: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
        expect(spec.securityContext?.runAsUser).toBeGreaterThan(0);
        for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const) expect(spec[field]).toBeUndefined();
        for (const volume of spec.volumes ?? []) {
          expect(['configMap', 'secret', 'emptyDir', 'ephemeral', 'projected']).toContain(
            Object.keys(volume).find((key) => key !== 'name'),
          );
        }
      }
      for (const { at, container } of containers) {
        expect([at, container.securityContext]).toEqual([
          at,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        ]);
        expect((container.ports ?? []).filter(({ hostPort }) => hostPort !== undefined)).toEqual([]);
      }
    });

    it('takes every image from the one list, by its tag', () => {
      const pinned = Object.values(images).map(({ registry, repository, tag }) => `${registry}/${repository}:${tag}`);
      for (const { container } of containers) expect(pinned).toContain(container.image);
    });

    it('gives every workload a ServiceAccount of its own, which a CronJob shares with the Job that does the same at once', () => {
      const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
      const owners = new Set(
        pods.map(
          ({ owner, spec }) => `${spec.serviceAccountName ?? ''} ${nameOfWork(owner).replace(/^Job/, 'CronJob')}`,
        ),
      );
      const used = [...owners].map((each) => each.split(' ')[0]);
      expect(used.sort()).toEqual([...accounts].sort());
    });

    it('holds no Secret and nothing like a password', () => {
      expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
      expect(
        containers.flatMap(({ at, container }) =>
          (container.env ?? [])
            .filter(
              ({ name, value }) =>
                value !== undefined && /PASSWORD|TOKEN|SECRET|_KEY$/.test(name) && !name.endsWith('_FILE'),
            )
            .map(({ name }) => `${at}: ${name}`),
        ),
      ).toEqual([]);
      const literals =
        /:\/\/[^/@"\s]*:[^/@"\s$]+@|-----BEGIN|\b(?:password|requirepass|masterauth|primarypass)(?: *=|:) +["']?(?!none\b|[$"'<:])[\w-]{4,}/gi;
      expect(JSON.stringify(objects).match(literals) ?? []).toEqual([]);
    });

    it('labels every object alike, and pods only with what selects them', () => {
      for (const object of objects) {
        expect([titleOf(object), object.metadata.labels]).toEqual([
          titleOf(object),
          {
            'app.kubernetes.io/name': expect.any(String) as string,
            'app.kubernetes.io/instance': release.name,
            'app.kubernetes.io/component': expect.any(String) as string,
            'app.kubernetes.io/part-of': release.name,
            'app.kubernetes.io/version': expect.any(String) as string,
          },
        ]);
      }
      const ofTemplates = pods.filter(({ owner }) => !owner.startsWith('Pod/'));
      for (const { labels } of ofTemplates) {
        expect(Object.keys(labels)).toEqual([
          'app.kubernetes.io/name',
          'app.kubernetes.io/instance',
          'app.kubernetes.io/component',
        ]);
      }
    });

    it('keeps a budget for every workload of two replicas or more, and for no other', () => {
      const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
      const replicated = pods.filter(({ replicas }) => replicas > 1).map(({ owner }) => owner.replace(/^.*\//, ''));
      expect(budgets.sort()).toEqual(replicated.sort());
    });
  });

  describe('development', () => {
    const objects = objectsIn('development');

    it('comes up by itself: every Secret that a pod names is generated', () => {
      const scripts = objects.filter(
        ({ kind, metadata }) => kind === 'ConfigMap' && /secret-generator|certificates/.test(metadata.name),
      );
      const text = JSON.stringify(scripts);
      expect(secretsIn(objects)).not.toEqual([]);
      for (const name of secretsIn(objects)) expect(text).toContain(name);
    });
  });
}

/** The names of Secrets that pods refer to. */
function secretsIn(objects: readonly KubernetesObject[]): readonly string[] {
  const names = podsIn(objects).flatMap((pod) => [
    ...(pod.spec.volumes ?? []).map(({ secret }) => secret?.secretName),
    ...containersOf(pod).flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name)),
  ]);
  return [...new Set(names)].filter((name) => name !== undefined);
}

/** `Job/shop-backup-…` */
function nameOfWork(owner: string): string {
  return owner.replace(/-[0-9a-f]{8}$/, '');
}

/** A Job's name without its fingerprint, which has tests of its own. */
function withoutHash(title: string): string {
  return title.replace(/^(Job\/.*)-[0-9a-f]{8}$/, '$1-…');
}
