/** Every image, pinned by tag: the one place to raise a version. */
import type { Image } from './workload/platform';

type Pinned = { readonly [K in keyof Image]: Extract<Image[K], string | null> };

export const images = {
} as const satisfies Readonly<Record<string, Pinned>>;
