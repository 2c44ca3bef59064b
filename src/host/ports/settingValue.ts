/** Checks what stands in a settings file against the manifest: VS Code shows a squiggle there but hands the value out. */
import { settingSchemas, type Settings } from '../../generated/manifest.ts';

export type SettingKey = keyof Settings;

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settingSchemas, key);
/** All of them, in the order of the manifest. */
export const settingKeys: readonly SettingKey[] = Object.keys(settingSchemas).filter(isSettingKey);

/** Settings that an untrusted workspace must not decide: they say where secrets and files go. */
export const restrictedSettings: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'apiBaseUrl',
  'loginBaseUrl',
  'archive.folder',
  'deepLinkTemplate',
  'retention.days',
  'api.enabled',
  'api.port',
  'retention.filter',
]);

interface Schema {
  readonly default: string | number | boolean;
  readonly values?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * The value when it has the type and is among the values of the manifest; a number is moved into its bounds and cut to an
 * integer; anything else is the default. Strings lose the white space around them.
 */
export function validSetting<K extends SettingKey>(key: K, value: unknown): Settings[K] {
  return checked(settingSchemas[key], value) as Settings[K];
}

function checked(schema: Schema, value: unknown): string | number | boolean {
  if (typeof schema.default === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return schema.default;
    }
    const { minimum = -Infinity, maximum = Infinity } = schema;
    return Math.min(maximum, Math.max(minimum, Math.trunc(value)));
  }
  if (typeof schema.default === 'boolean') {
    return typeof value === 'boolean' ? value : schema.default;
  }
  if (typeof value !== 'string') {
    return schema.default;
  }
  const text = value.trim();
  return schema.values === undefined || schema.values.includes(text) ? text : schema.default;
}
