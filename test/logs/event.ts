/** An event of Logstash, by its field references: https://www.elastic.co/docs/reference/logstash/field-references-deepdive */

export type Field = string | number | boolean | null | readonly Field[] | { readonly [key: string]: Field };

export class Event {
  constructor(private fields: Readonly<Record<string, Field>>) {}

  get(reference: string): Field | undefined {
    return stepsOf(reference).reduce<Field | undefined>(
      (at, step) => (isMap(at) && Object.hasOwn(at, step) ? at[step] : undefined),
      this.fields,
    );
  }

  set(reference: string, value: Field): void {
    this.fields = placed(this.fields, stepsOf(reference), value);
  }

  remove(reference: string): void {
    this.fields = without(this.fields, stepsOf(reference));
  }

  tag(...tags: readonly string[]): void {
    const own = this.get('tags');
    this.set('tags', [...new Set([...(Array.isArray(own) ? (own as readonly Field[]) : []), ...tags])]);
  }

  keys(): readonly string[] {
    return Object.keys(this.fields);
  }

  /** `%{[a][b]}` for the value of a field; one that is not there stays as it is written. */
  interpolate(text: string): string {
    return text.replace(/%\{([^}]+)\}/g, (whole, reference: string) => {
      const value = this.get(reference);
      if (value === undefined) return whole;
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    });
  }

  /** As Elasticsearch gets it: all but the metadata, by dotted names; an object of an application is whole. */
  document(): Readonly<Record<string, Field>> {
    const { '@metadata': _, ...fields } = this.fields;
    return Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]) => (key === 'application' ? [[key, value]] : leaves(key, value))),
    );
  }
}

export function isMap(value: Field | undefined): value is Readonly<Record<string, Field>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stepsOf(reference: string): readonly string[] {
  return reference.startsWith('[') ? reference.slice(1, -1).split('][') : [reference];
}

function placed(
  at: Readonly<Record<string, Field>>,
  [step = '', ...rest]: readonly string[],
  value: Field,
): Readonly<Record<string, Field>> {
  const below = at[step];
  return { ...at, [step]: rest.length === 0 ? value : placed(isMap(below) ? below : {}, rest, value) };
}

function without(
  at: Readonly<Record<string, Field>>,
  [step = '', ...rest]: readonly string[],
): Readonly<Record<string, Field>> {
  const { [step]: below, ...others } = at;
  if (below === undefined) return at;
  return rest.length === 0 ? others : { ...at, [step]: isMap(below) ? without(below, rest) : below };
}

function leaves(path: string, value: Field): readonly (readonly [string, Field])[] {
  if (!isMap(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, below]) => leaves(`${path}.${key}`, below));
}
