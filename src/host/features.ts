/** Registers every feature over the services, in order of dependence, and the one table of commands. */
import * as vscode from 'vscode';
import type { DisposableStore } from '../base/disposable.ts';
import type { CommandId } from '../generated/manifest.ts';
import { Archives } from './archives/archives.ts';
import { ArchiveWorkerClient } from './archives/archiveWorkerClient.ts';
import { watchArchive } from './archives/watchArchive.ts';
import { registerCommands, type CommandHandler } from './commands.ts';
import { ConversationsFeature } from './conversations/conversationsFeature.ts';
import { integrityCommands } from './integrity/integrityCommands.ts';
import { downloadCommands } from './downloads/downloadCommands.ts';
import { DownloadService } from './downloads/downloadService.ts';
import { LinksFeature } from './links/linksFeature.ts';
import { LocalApiFeature } from './localApi/localApiFeature.ts';
import { LocalArchiveFeature } from './localArchive/localArchiveFeature.ts';
import { ConversationReader } from './player/conversationReader.ts';
import { Offsets } from './player/offsets.ts';
import { PlayerFeature } from './player/playerFeature.ts';
import { reportCommands } from './reports/reportsFeature.ts';
import type { Services } from './services.ts';
import { RetentionFeature } from './retention/retentionFeature.ts';
import { registerSession, sessionCommands } from './session/registerSession.ts';
import { SyncFeature } from './sync/syncFeature.ts';
import { registerStatusBar } from './statusBar/statusBar.ts';
import { SupportFeature } from './support/supportFeature.ts';

/** `store` owns what is registered. Starts nothing that costs: no network, no worker, no reading of the archive. */
export function registerFeatures(services: Services, store: DisposableStore): void {
  const { log, sessions } = services;
  const archives = store.add(
    new Archives({ ...services, globalStoragePath: services.globalStorageUri.fsPath }),
  );
  const worker = store.add(
    new ArchiveWorkerClient(
      vscode.Uri.joinPath(services.extensionUri, 'dist', 'archiveWorker.cjs').fsPath,
      log.child('worker'),
    ),
  );
  const downloads = new DownloadService(services);
  const conversations = store.add(
    new ConversationsFeature({
      ...services,
      archived: archives.index,
      readArchivedJson: async (id, signal) => {
        const archive = await archives.openForReading(signal);
        const folder = await archive?.find(id, signal);
        return folder === undefined ? undefined : (await archive?.read(folder, signal))?.rawJson;
      },
    }),
  );
  const player = store.add(
    new PlayerFeature({
      ...services,
      archives,
      offsets: new Offsets(services.globalState),
      followPastedLink: (text) => links.followPasted(text),
      reader: new ConversationReader({ archives, worker, downloads, sessions, log }),
    }),
  );
  store.add(
    sessions.onWillSignOut(async (end) => {
      if (end === 'ended') {
        await archives.wipeCache();
      }
    }),
  );
  const localArchive = store.add(
    new LocalArchiveFeature({
      ...services,
      archives,
      worker,
      log: log.child('catalogue'),
      openConversation: (id, place) => player.open(id, place),
    }),
  );
  store.add(
    watchArchive({ ...services, archives }, [
      conversations.onDidBecomeVisible,
      localArchive.onDidBecomeVisible,
    ]),
  );
  const localApi = store.add(
    new LocalApiFeature({
      ...services,
      archives,
      log: log.child('api'),
      followArchive: () => localArchive.follow(),
    }),
  );
  const retention = store.add(
    new RetentionFeature({
      ...services,
      archives,
      log: log.child('retention'),
      deletionListener: localArchive.deletionListener,
    }),
  );
  const sync = store.add(new SyncFeature({ ...services, archives, log: log.child('sync') }));
  const links: LinksFeature = store.add(
    new LinksFeature({
      ...services,
      archives,
      log: log.child('links'),
      open: (id, moment) => player.open(id, moment),
      idsOf: (args) => conversations.idsOf(args),
      copyFromPlayer: () => player.copyLink(),
    }),
  );
  const support = store.add(new SupportFeature(services));
  store.add(registerStatusBar(services));
  const commands = {
    ...sessionCommands(services),
    'genesysArchive.showStatusMenu': async () => {
      const { showStatusMenu } = await import('./statusBar/statusMenu.ts');
      await showStatusMenu(services);
    },
    'genesysArchive.showLog': () => {
      services.channel.show();
    },
    ...support.commands,
    ...conversations.commands,
    ...player.commands(conversations),
    ...downloadCommands({
      archives,
      worker,
      conversations,
      downloads,
      sessions,
      log: log.child('download'),
      openConversation: (id) => player.open(id),
    }),
    ...localArchive.commands,
    ...localApi.commands,
    ...links.commands,
    ...integrityCommands({ ...services, archives }),
    ...retention.commands(conversations),
    ...sync.commands(conversations),
    ...reportCommands({ ...services, archives, worker, conversations, log: log.child('reports') }),
  } satisfies Record<CommandId, CommandHandler>;
  store.add(
    registerCommands(commands, {
      log,
      onShown: (error) => {
        support.noteShown(error);
      },
    }),
  );
  store.add(registerSession(services));
}
