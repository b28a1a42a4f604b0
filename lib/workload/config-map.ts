import type { ConfigMap } from 'kubernetes-types/core/v1';
import { KubeObject } from '../objects/kube-object';
import type { Merge, Text } from '../values/parts';
import { assertFileText } from '../values/text';
import { merge } from '../values/tree';
import type { Workload } from './workload';

/** A ConfigMap with a workload's files, and such as there are for each entry of a map. Mount it whole: a folder follows changes, a single file does not. */
export function addConfigMap(
  workload: Workload,
  id: string,
  files: Readonly<Record<string, Text>>,
  suffix = '',
  further?: Merge<Record<string, string>>,
): KubeObject<ConfigMap> {
  for (const [name, content] of Object.entries(files)) assertFileText(content, `${workload.node.path}/${id}/${name}`);
  return new KubeObject<ConfigMap>(workload, id, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: workload.metadata(suffix),
    data: further === undefined ? files : merge<Record<string, string>>(files, further),
  });
}
