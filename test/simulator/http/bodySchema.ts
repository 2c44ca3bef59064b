/**
 * Request bodies checked as the platform checks them: unknown properties at any depth, values outside an enumeration, and
 * missing required properties are refused. A property that is null counts as absent.
 */
import { apiErrors } from './apiError.ts';

export type BodySchema =
  | { readonly kind: 'object'; readonly name: string; readonly properties: SchemaProperties }
  | { readonly kind: 'array'; readonly items: BodySchema }
  | { readonly kind: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'text' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'number' };

export type SchemaProperties = Readonly<
  Record<string, { readonly schema: BodySchema; readonly isRequired: boolean }>
>;

export const text: BodySchema = { kind: 'text' };
export const integer: BodySchema = { kind: 'integer' };
export const flag: BodySchema = { kind: 'flag' };
export const number: BodySchema = { kind: 'number' };
export const array = (items: BodySchema): BodySchema => ({ kind: 'array', items });
export const oneOf = (name: string, values: readonly string[]): BodySchema => ({
  kind: 'enum',
  name,
  values,
});

/** An object whose properties are optional unless named in `required`. */
export function object(
  name: string,
  properties: Readonly<Record<string, BodySchema>>,
  required: readonly string[] = [],
): BodySchema {
  return {
    kind: 'object',
    name,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [
        key,
        { schema, isRequired: required.includes(key) },
      ]),
    ),
  };
}

/**
 * The value without its null properties. `path` says where it stands.
 * @throws ApiError `invalid.property`, `invalid.value`, `constraint.validation`, `bad.request`
 */
export function checkBody(schema: BodySchema, value: unknown, path = ''): unknown {
  switch (schema.kind) {
    case 'object':
      return checkObject(schema, value, path);
    case 'array':
      if (!Array.isArray(value)) {
        throw apiErrors.invalidValue(value, 'List', ['an array']);
      }
      return value.map((item, index) => checkBody(schema.items, item, `${path}[${String(index)}]`));
    case 'enum':
      return refuseUnless(
        typeof value === 'string' && schema.values.includes(value),
        value,
        schema.name,
        schema.values,
      );
    case 'text':
      return refuseUnless(typeof value === 'string', value, 'String', ['a string']);
    case 'integer':
      return refuseUnless(Number.isInteger(value), value, 'Integer', ['an integer']);
    case 'flag':
      return refuseUnless(typeof value === 'boolean', value, 'Boolean', ['true', 'false']);
    case 'number':
      return refuseUnless(typeof value === 'number', value, 'Number', ['a number']);
  }
}

function refuseUnless(
  isGood: boolean,
  value: unknown,
  fieldType: string,
  allowed: readonly string[],
): unknown {
  if (!isGood) {
    throw apiErrors.invalidValue(value, fieldType, allowed);
  }
  return value;
}

function checkObject(
  schema: Extract<BodySchema, { kind: 'object' }>,
  value: unknown,
  path: string,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw apiErrors.badRequest();
  }
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const checked: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (property === undefined) {
      throw apiErrors.invalidProperty(key, schema.name);
    }
    if (item !== null) {
      checked[key] = checkBody(property.schema, item, inside(key));
    }
  }
  for (const [key, property] of Object.entries(schema.properties)) {
    if (property.isRequired && !(key in checked)) {
      throw apiErrors.constraint(`${inside(key)} may not be null`);
    }
  }
  return checked;
}
