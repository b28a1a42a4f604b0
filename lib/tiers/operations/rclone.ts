/** rclone, one static program, beside the programs of another image. */
import type { Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { Tree } from '../../values/parts';
import type { ContainerProps } from '../../workload/container';
import type { Image } from '../../workload/platform';

/**
 * Copies rclone to where the container with another image finds it; and the authorities that it trusts, as the images of
 * PostgreSQL and Redis have none.
 *
 * @param image rclone's
 * @param folder where the volume is mounted
 */
export function rcloneContainer(image: Image, folder: string): ContainerProps {
  return {
    name: 'tools',
    image,
    command: ['sh', '-c', `cp "$(command -v rclone)" /etc/ssl/certs/ca-certificates.crt ${folder}`],
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '128Mi' },
      limits: { cpu: '500m', memory: '128Mi', ephemeralStorage: '256Mi' },
    },
    mounts: [{ name: 'tools', mountPath: folder }],
  };
}

/** The volume that it copies to. */
export const rcloneVolume: Tree<Volume> = { name: 'tools', emptyDir: { sizeLimit: '256Mi' } };

export function rcloneMount(folder: string): Tree<VolumeMount> {
  return { name: 'tools', mountPath: folder, readOnly: true };
}
