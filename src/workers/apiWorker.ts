/** Entry of the local API's thread: wires the archive and its catalogue to the server. Holds no logic. */
import { parentPort } from 'node:worker_threads';
import { archiveRoutes } from '../api/archiveRoutes.ts';
import { ApiServer } from '../api/apiServer.ts';
import { RequestLog } from '../api/requestLog.ts';
import { withServiceRoutes } from '../api/serviceRoutes.ts';
import { Archive } from '../archive/archive.ts';
import { errors } from '../base/appError.ts';
import { assert } from '../base/assert.ts';
import { systemClock } from '../base/clock.ts';
import { failDecode } from '../base/decode.ts';
import { silentLog } from '../base/log.ts';
import { Catalogue, cataloguePath } from '../catalogue/catalogue.ts';
import { localApiDecoders, type LocalApiRequests } from '../protocol/localApi.ts';
import { toPipe } from '../protocol/portPipe.ts';
import { connectRpc } from '../protocol/rpc.ts';

assert(parentPort !== null, 'The worker of the local API runs in a worker thread only');

let server: ApiServer | undefined;
let log: RequestLog | undefined;

connectRpc<Record<string, never>, LocalApiRequests, never, never>({
  pipe: toPipe(parentPort),
  asks: {},
  answers: localApiDecoders,
  handlers: {
    startApi: async (params) => {
      const { archivePath, archiveId, port, token, version } = params;
      log = new RequestLog(params.logPath);
      const path = cataloguePath(params.cataloguePath, archiveId);
      let catalogue: Catalogue | undefined;
      const routes = archiveRoutes({
        clock: systemClock,
        openArchive: async (signal) => {
          const deps = { clock: systemClock, log: silentLog };
          const archive = await Archive.open(archivePath, undefined, deps, signal);
          if (archive.id !== archiveId) {
            throw errors.conflict('Another archive lies in the folder now: start the API again');
          }
          return archive;
        },
        openCatalogue: async () => {
          if (catalogue?.isCurrent() !== true) {
            catalogue?.close();
            catalogue = undefined;
            catalogue = await Catalogue.open(path);
          }
          return catalogue;
        },
      });
      server = await ApiServer.start({
        routes: withServiceRoutes(routes, version),
        port,
        token,
        note: log.note,
      });
      return { port: server.port };
    },
    setToken: ({ token }) => {
      server?.setToken(token);
      return Promise.resolve({});
    },
    stopApi: async () => {
      await server?.stop();
      await log?.close();
      return {};
    },
  },
  hears: (_value, path) => failDecode(path, 'something the API listens to'),
  onNotify: () => undefined,
  onProblem: () => undefined,
});
