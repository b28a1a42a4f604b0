/** A chart's README: what it is, how to install it, and every value. */
import type { ChartSource } from './source';
import { valuesTable } from './values-readme';

export function chartReadme(
  { systemName: name, schema, metadata, podSecurity, secrets, suppliedSecrets }: ChartSource,
  environments: readonly string[],
): string {
  return `# ${name}

${metadata.description}

This chart and the manifests under \`dist/${name}/\` are written from one description: for the same values,
\`helm template\` and \`kubectl apply -k\` give the same objects.

## Installing

Kubernetes 1.30 or newer, Helm 3.18 or newer, or Helm 4. ${POD_SECURITY[podSecurity]}
namespace to have that enforced, as Helm creates it without labels:

\`\`\`sh
kubectl create namespace ${name}
kubectl label namespace ${name} pod-security.kubernetes.io/enforce=${podSecurity}
helm install ${name} charts/${name} --namespace ${name} --values charts/${name}/ci/development-values.yaml
helm test ${name} --namespace ${name}
\`\`\`

Values for ${list(environments)} are in \`ci/\`.

${secretsSection(name, secrets)}${suppliedSection(name, secrets, suppliedSecrets)}## Values

${valuesTable(schema)}
`;
}

const POD_SECURITY: Readonly<Record<ChartSource['podSecurity'], string>> = {
  restricted: 'Every pod passes Pod Security "restricted"; label the',
  privileged:
    'Its agents look into the nodes, so that Pod Security "restricted" refuses\nthem: it has a namespace of its own, with nothing else in it. Label the',
};

function secretsSection(name: string, secrets: ChartSource['secrets']): string {
  if (Object.keys(secrets).length === 0) return '';
  return `## Secrets

The chart holds no password and has no default one. These Secrets must exist, under these names for a release called
\`${name}\`, or under names that the values give:

| Secret | Keys |
| --- | --- |
${Object.entries(secrets)
  .map(([secret, keys]) => `| \`${secret}\` | ${code(keys)} |`)
  .join('\n')}

For a trial, \`secretGenerator.enabled\` has a Job make what is missing inside the cluster; or make them by hand:

\`\`\`sh
${Object.entries(secrets)
  .map(([secret, keys]) => createSecret(name, secret, keys))
  .join(' &&\n')}
\`\`\`

They are not the release's: uninstalling it leaves them and the volumes as they are.

`;
}

function suppliedSection(
  name: string,
  secrets: ChartSource['secrets'],
  supplied: ChartSource['suppliedSecrets'],
): string {
  if (Object.keys(supplied).length === 0) return '';
  const begin =
    Object.keys(secrets).length === 0
      ? `## Secrets

These Secrets hold what others give, so that nothing here makes them. Under these names for a release called \`${name}\`, or
under names that the values give, they`
      : `These hold what others give, so that neither the Job nor the command makes them. They`;
  return `${begin} must exist where a value asks for them; until then the pods that need them do not start:

| Secret | Keys | Needed with | Holds |
| --- | --- | --- | --- |
${Object.entries(supplied)
  .map(([secret, { keys, neededWith, holds }]) => `| \`${secret}\` | ${code(keys)} | ${code(neededWith)} | ${holds} |`)
  .join('\n')}

`;
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function createSecret(namespace: string, secret: string, keys: readonly string[]): string {
  const password = '"$(openssl rand -hex 24)"';
  return [
    `kubectl create secret generic ${secret} --namespace ${namespace}`,
    ...keys.map((key) => `  --from-literal=${key}=${password}`),
  ].join(' \\\n');
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
