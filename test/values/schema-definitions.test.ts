import { z } from 'zod';
import type { JsonObject } from '../../lib/values/expression';
import { isList, isObject } from '../../lib/values/json';
import { jsonSchemaOf } from '../../lib/values/schema';
import { withDefinitions } from '../../lib/values/schema-definitions';
import { system } from '../systems/cluster-ai/environments';

/** Of 199 characters, or of more by as many as the text has. */
const described = (text = ''): JsonObject => ({ description: 'd'.repeat(152) + text, type: 'string', default: '' });
const properties = (fields: JsonObject): JsonObject => ({ type: 'object', properties: fields });

/** A schema with what it refers to in place. */
function resolved({ definitions, ...schema }: JsonObject): unknown {
  const inPlace = (node: unknown): unknown => {
    if (isList(node)) return node.map(inPlace);
    if (!isObject(node)) return node;
    const { $ref, ...beside } = node;
    if (typeof $ref !== 'string')
      return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, inPlace(part)]));
    expect(beside).toEqual({});
    const [, name = ''] = /^#\/definitions\/(\w+)$/.exec($ref) ?? [];
    return inPlace(isObject(definitions) ? definitions[name] : undefined);
  };
  return inPlace(schema);
}

describe('withDefinitions', () => {
  test('writes once what is said twice, called after the first value', () => {
    const schema = properties({ host: described('.'), tag: { type: 'string' }, name: described('.') });
    expect(withDefinitions(schema)).toEqual({
      type: 'object',
      properties: {
        host: { $ref: '#/definitions/host' },
        tag: { type: 'string' },
        name: { $ref: '#/definitions/host' },
      },
      definitions: { host: described('.') },
    });
  });

  test('leaves what is said once, and what is short', () => {
    expect(JSON.stringify(described())).toHaveLength(199);
    const schema = properties({ a: described(), b: described(), c: described('.'), d: described('…') });
    expect(withDefinitions(schema)).toEqual(schema);
  });

  test('counts those of one name that differ', () => {
    const fields = { image: described('one'), tag: described('two') };
    const schema = properties({ a: properties(fields), b: properties({ image: described('two') }), ...fields });
    expect(withDefinitions(schema).definitions).toEqual({ image: described('one'), tag: described('two') });
    const turned = properties({ a: properties({ image: described('two') }), b: properties(fields), ...fields });
    expect(withDefinitions(turned).definitions).toEqual({ image: described('two'), image2: described('one') });
  });

  test('writes the whole of what is said twice, and its parts apart where they are said elsewhere too', () => {
    const pod = properties({ labels: described('labels'), nodes: described('nodes') });
    const schema = properties({ a: properties({ pod }), b: properties({ pod, x: {} }), nodes: described('nodes') });
    expect(withDefinitions(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'object', properties: { pod: { $ref: '#/definitions/pod' } } },
        b: { type: 'object', properties: { pod: { $ref: '#/definitions/pod' }, x: {} } },
        nodes: { $ref: '#/definitions/nodes' },
      },
      definitions: {
        pod: properties({ labels: described('labels'), nodes: { $ref: '#/definitions/nodes' } }),
        nodes: described('nodes'),
      },
    });
  });

  test('finds the elements of lists and maps', () => {
    const schema = properties({
      a: { type: 'array', items: described('.') },
      b: { type: 'object', additionalProperties: described('.') },
      c: { type: 'object', patternProperties: { '^a$': described('.') }, additionalProperties: false },
    });
    const element = { $ref: '#/definitions/aElement' };
    expect(withDefinitions(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'array', items: element },
        b: { type: 'object', additionalProperties: element },
        c: { type: 'object', patternProperties: { '^a$': element }, additionalProperties: false },
      },
      definitions: { aElement: described('.') },
    });
  });

  test('takes values for what they are, whatever they are called', () => {
    const value = z.string().describe('d'.repeat(200));
    const schema = withDefinitions(jsonSchemaOf(z.strictObject({ properties: value, items: value })));
    expect(schema.properties).toEqual({
      properties: { $ref: '#/definitions/properties' },
      items: { $ref: '#/definitions/properties' },
    });
  });

  test('says the same as before', () => {
    const schema = jsonSchemaOf(system.schema);
    const written = withDefinitions(schema);
    expect(resolved(written)).toEqual(schema);
    expect(JSON.stringify(written).length).toBeLessThan(JSON.stringify(schema).length * 0.7);
  });

  test('refers to each definition at least twice', () => {
    const written = withDefinitions(jsonSchemaOf(system.schema));
    const references = [...JSON.stringify(written).matchAll(/"#\/definitions\/(\w+)"/g)].map(([, name]) => name);
    const once = Object.keys(written.definitions as JsonObject).filter(
      (name) => references.indexOf(name) === references.lastIndexOf(name),
    );
    expect(once).toEqual([]);
  });
});
