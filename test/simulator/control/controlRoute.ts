/** What every route under `/control` has in common: pages may not use it, and bodies are read strictly. */
import { ApiError } from '../http/apiError.ts';
import { checkBody, integer, object } from '../http/bodySchema.ts';
import type { Route } from '../http/router.ts';
import type { SimulatorControl } from './simulatorControl.ts';

export function controlRoute(
  method: Route<SimulatorControl>['method'],
  name: string,
  handle: Route<SimulatorControl>['handle'],
): Route<SimulatorControl> {
  return {
    method,
    template: `/control/${name}`,
    access: {},
    handle: (request, path, control) => {
      if (request.headers.origin !== undefined) {
        throw new ApiError(403, 'not.authorized', 'Pages may not control the simulator.');
      }
      return handle(request, path, control);
    },
  };
}

/** Only the named whole numbers, each optional. */
export function readNumbers<const Name extends string>(
  body: unknown,
  objectName: string,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const schema = object(objectName, Object.fromEntries(names.map((name) => [name, integer])));
  const checked: Partial<Record<Name, number>> = {};
  for (const [key, value] of Object.entries(checkBody(schema, body) ?? {})) {
    const name = names.find((one) => one === key);
    if (name !== undefined && typeof value === 'number') {
      checked[name] = value;
    }
  }
  return checked;
}
