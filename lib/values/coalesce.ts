import type { JsonObject } from './expression';
import { isObject } from './json';

/**
 * What templates see as `.Values`: a chart's defaults under values files, the last file winning.
 *
 * As in Helm, maps merge, everything else is replaced, null deletes a default, and a null without a default stays.
 * A default of null counts as absent, as in Helm 4; Helm 3 shows it as null, so no reading may tell the two apart.
 */
export function coalesce(defaults: JsonObject, ...files: readonly JsonObject[]): JsonObject {
  const given = Object.entries(files.reduce(overlay, {}));
  // Only at the top does Helm also drop a null that meets a default of null.
  const kept = given.filter(([key, value]) => value !== null || defaults[key] !== null);
  return override(withoutNulls(defaults), Object.fromEntries(kept));
}

/** Merges one values file over those before it: a null is a value like any other here. */
function overlay(before: JsonObject, after: JsonObject): JsonObject {
  const merged = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(after)) {
    const earlier = merged.get(key);
    merged.set(key, isObject(earlier) && isObject(value) ? overlay(earlier, value) : value);
  }
  return Object.fromEntries(merged);
}

/** Merges the values given over defaults that hold no null: a null deletes. */
function override(defaults: JsonObject, given: JsonObject): JsonObject {
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(given)) {
    const fallback = merged.get(key);
    if (value === null && fallback !== undefined) merged.delete(key);
    else merged.set(key, isObject(fallback) && isObject(value) ? override(fallback, value) : value);
  }
  return Object.fromEntries(merged);
}

/** The map without the keys whose value is null, at any depth of maps; lists keep theirs. */
function withoutNulls(map: JsonObject): JsonObject {
  const kept = Object.entries(map).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, isObject(value) ? withoutNulls(value) : value]));
}
