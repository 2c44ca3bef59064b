/** What every route that opens the archive may answer instead. Knows none of them. */
import type { ApiRoute } from './apiRoute.ts';

export const archiveFailures: ApiRoute['responses'] = {
  404: { description: 'There is no archive in the folder' },
  409: { description: 'Another archive lies in the folder since the API was started' },
  500: { description: 'The archive cannot be read, and why' },
  501: { description: 'A newer version of the extension wrote the archive' },
};
