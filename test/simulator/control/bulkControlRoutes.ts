/**
 * `SimulatorControl` over HTTP for what syncing in bulk uses: details pages, asynchronous jobs, batches of recordings.
 *
 * | request | body | answer |
 * |---|---|---|
 * | PUT /control/pages | `{maximumConversations}` | 204, larger pages are answered 413 |
 * | POST /control/pages | `{conversationId, spoil}` | 204, see `detailSpoils` |
 * | DELETE /control/pages | | 204, both undone |
 * | PUT /control/jobs | any of `JobSettings` | 204 |
 * | POST /control/jobs | `{ends: […]}` | 204, the next jobs end like this, see `badJobEnds` |
 * | DELETE /control/jobs | | 204, all jobs forgotten |
 * | PUT /control/batches | any of `BatchSettings` | 204 |
 * | POST /control/batches | `{spoils: […]}` | 204, the next batch is spoilt, see `batchSpoils` |
 * | DELETE /control/batches | | 204, all batches forgotten |
 */
import { detailSpoils } from '../details/detailPages.ts';
import { array, checkBody, object, oneOf, text } from '../http/bodySchema.ts';
import { readJson, type Incoming } from '../http/incoming.ts';
import { emptyReply, type Reply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { badJobEnds } from '../jobs/jobSettings.ts';
import { batchSpoils } from '../media/recordingBatches.ts';
import { controlRoute, readNumbers } from './controlRoute.ts';
import type { SimulatorControl } from './simulatorControl.ts';

const spoilSchema = object('Order', { conversationId: text, spoil: oneOf('Spoil', detailSpoils) }, [
  'conversationId',
  'spoil',
]);

const textIn = (checked: unknown, name: string): string =>
  String(Object.entries(checked ?? {}).find(([key]) => key === name)?.[1]);

const done = (): Reply => emptyReply(204);

export const bulkControlRoutes = defineRoutes<SimulatorControl>([
  controlRoute('PUT', 'pages', (request, _path, { pages }) => {
    Object.assign(pages, readNumbers(readJson(request), 'Pages', ['maximumConversations']));
    return done();
  }),
  controlRoute('POST', 'pages', (request, _path, { pages }) => {
    const order = checkBody(spoilSchema, readJson(request));
    for (const spoil of detailSpoils.filter((one) => one === textIn(order, 'spoil'))) {
      pages.spoilConversation(textIn(order, 'conversationId'), spoil);
    }
    return done();
  }),
  controlRoute('DELETE', 'pages', (_request, _path, { pages }) => {
    pages.clear();
    return done();
  }),
  controlRoute('PUT', 'jobs', (request, _path, { jobs }) => {
    const names = [
      'queuedPolls',
      'pendingPolls',
      'runMs',
      'availabilityLagMs',
      'resultLifeMs',
      'cursorLifeMs',
      'maximumPageSize',
      'maximumDays',
    ] as const;
    Object.assign(jobs.settings, readNumbers(readJson(request), 'JobSettings', names));
    return done();
  }),
  controlRoute('POST', 'jobs', (request, _path, { jobs }) => {
    jobs.orderEnds(readSome(request, 'ends', badJobEnds));
    return done();
  }),
  controlRoute('DELETE', 'jobs', (_request, _path, { jobs }) => {
    jobs.forgetAll();
    return done();
  }),
  controlRoute('PUT', 'batches', (request, _path, { batches }) => {
    const names = ['polls', 'runMs', 'linkLifeSeconds'] as const;
    Object.assign(batches.settings, readNumbers(readJson(request), 'BatchSettings', names));
    return done();
  }),
  controlRoute('POST', 'batches', (request, _path, { batches }) => {
    batches.orderSpoils(readSome(request, 'spoils', batchSpoils));
    return done();
  }),
  controlRoute('DELETE', 'batches', (_request, _path, { batches }) => {
    batches.forgetAll();
    return done();
  }),
]);

/** The list under one name, of known values. */
function readSome<const Value extends string>(
  request: Incoming,
  name: string,
  allowed: readonly Value[],
): readonly Value[] {
  const schema = object('Order', { [name]: array(oneOf(name, allowed)) }, [name]);
  const [list] = Object.values(checkBody(schema, readJson(request)) ?? {});
  return Array.isArray(list) ? allowed.filter((value) => list.includes(value)) : [];
}
