/** The JSON schema of a chart with each of its larger parts written once. Helm keeps the schema in each of its releases. */
import type { Json, JsonObject } from './expression';
import { isObject } from './json';

/** Characters of JSON below which a part is easier to read where it stands. */
const LEAST_LENGTH = 200;

/**
 * The schema with what it says several times under `definitions`, each called after the value that it is first said of,
 * and a `$ref` in its places.
 */
export function withDefinitions(schema: JsonObject): JsonObject {
  return new Definitions(schema).schema;
}

class Definitions {
  readonly schema: JsonObject;
  /** How often each part is said, where what a part holds counts once however often the part is said. */
  private readonly counts = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private readonly definitions = new Map<string, Json>();

  constructor(schema: JsonObject) {
    this.count(schema);
    const whole = withParts(schema, '', (part, name) => this.written(part, name));
    this.schema = this.definitions.size === 0 ? whole : { ...whole, definitions: Object.fromEntries(this.definitions) };
  }

  private count(schema: JsonObject): void {
    withParts(schema, '', (part) => {
      const text = JSON.stringify(part);
      const count = (this.counts.get(text) ?? 0) + 1;
      this.counts.set(text, count);
      if (count === 1 || text.length < LEAST_LENGTH) this.count(part);
      return part;
    });
  }

  private written(part: JsonObject, name: string): JsonObject {
    const text = JSON.stringify(part);
    const isRepeated = text.length >= LEAST_LENGTH && (this.counts.get(text) ?? 0) > 1;
    if (!isRepeated) return withParts(part, name, (inner, key) => this.written(inner, key));
    const known = this.names.get(text);
    if (known !== undefined) return reference(known);
    const definition = this.unused(name);
    this.names.set(text, definition);
    // Its place is before those of the definitions that it refers to.
    this.definitions.set(definition, null);
    this.definitions.set(
      definition,
      withParts(part, name, (inner, key) => this.written(inner, key)),
    );
    return reference(definition);
  }

  private unused(name: string): string {
    for (let i = 1; ; i++) {
      const candidate = i === 1 ? name : `${name}${i}`;
      if (!this.definitions.has(candidate)) return candidate;
    }
  }
}

function reference(definition: string): JsonObject {
  return { $ref: `#/definitions/${definition}` };
}

/** A schema with others in place of those that it holds. Each is given with a name: of the value, or of what it is an element of. */
function withParts(
  schema: JsonObject,
  name: string,
  replace: (part: JsonObject, name: string) => JsonObject,
): JsonObject {
  const element = (part: Json): Json => (isObject(part) ? replace(part, `${name}Element`) : part);
  const each = (parts: Json, of: (part: Json, key: string) => Json): Json =>
    isObject(parts) ? Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, of(part, key)])) : parts;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties')
        return [keyword, each(value, (part, key) => (isObject(part) ? replace(part, key) : part))];
      if (keyword === 'patternProperties') return [keyword, each(value, element)];
      return [keyword, keyword === 'items' || keyword === 'additionalProperties' ? element(value) : value];
    }),
  );
}
