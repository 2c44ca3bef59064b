/** English as it stands in the code, placeholders filled in as VS Code does. */
import type { Localiser } from '../../src/host/ports/localiser.ts';

export const plainLocaliser: Localiser = {
  t: (message, ...args) =>
    message.replace(/\{(\d+)\}/gu, (whole, index: string) => String(args[Number(index)] ?? whole)),
};
