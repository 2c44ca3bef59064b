/** Which demuxer takes which kind of file apart. */
import { createMp3Demuxer } from './mp3/mp3Demuxer.ts';
import { createOggDemuxer } from './ogg/oggDemuxer.ts';
import type { Demuxer } from './packets.ts';
import type { ContainerKind } from './sniff.ts';
import { createWebmDemuxer } from './webm/webmDemuxer.ts';

const factories: Partial<Readonly<Record<ContainerKind, () => Demuxer>>> = {
  mp3: createMp3Demuxer,
  ogg: createOggDemuxer,
  oggOpus: createOggDemuxer,
  oggVorbis: createOggDemuxer,
  webm: createWebmDemuxer,
};

/** A fresh demuxer for one file; undefined for kinds that hold no packets we know. */
export function createDemuxer(kind: ContainerKind): Demuxer | undefined {
  return factories[kind]?.();
}
