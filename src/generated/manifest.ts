/** Generated from package.json by scripts/manifest.mjs (`npm run generate`): do not edit. */

export const extensionId = 'genesys-archive.genesys-archive-explorer';
export const extensionVersion = '0.1.0';
export const authenticationProviderId = 'genesysCloud';
export const authenticationProviderLabel = 'Genesys Cloud';

/** Every command of the manifest; the host implements each. */
export const commandIds = [
  'genesysArchive.signIn',
  'genesysArchive.signInWithBrowser',
  'genesysArchive.importCliProfile',
  'genesysArchive.switchAccount',
  'genesysArchive.signOut',
  'genesysArchive.showStatusMenu',
  'genesysArchive.showLog',
  'genesysArchive.showPermissions',
  'genesysArchive.copyDiagnostics',
  'genesysArchive.refreshConversations',
  'genesysArchive.pickInterval',
  'genesysArchive.editFilters',
  'genesysArchive.clearFilters',
  'genesysArchive.loadMoreConversations',
  'genesysArchive.openConversationById',
  'genesysArchive.openArchivedConversation',
  'genesysArchive.openConversation',
  'genesysArchive.downloadConversation',
  'genesysArchive.downloadRecordings',
  'genesysArchive.downloadTranscript',
  'genesysArchive.verifyConversation',
  'genesysArchive.revealInExplorer',
  'genesysArchive.copyConversationId',
  'genesysArchive.openInGenesysCloud',
  'genesysArchive.showConversationJson',
  'genesysArchive.verifyArchive',
  'genesysArchive.verifyAuditLog',
  'genesysArchive.applyRetention',
  'genesysArchive.deleteFromArchive',
  'genesysArchive.placeLegalHold',
  'genesysArchive.liftLegalHold',
  'genesysArchive.completenessReport',
  'genesysArchive.availabilityReport',
  'genesysArchive.complianceReport',
  'genesysArchive.recheckReport',
  'genesysArchive.exportEvidence',
  'genesysArchive.exportConversations',
  'genesysArchive.syncInterval',
  'genesysArchive.syncNew',
  'genesysArchive.syncSelected',
  'genesysArchive.syncList',
  'genesysArchive.pauseSync',
  'genesysArchive.resumeSync',
  'genesysArchive.cancelSync',
  'genesysArchive.retrySync',
  'genesysArchive.removeSync',
  'genesysArchive.showSyncReport',
  'genesysArchive.exportTranscript',
  'genesysArchive.exportClip',
  'genesysArchive.searchArchive',
  'genesysArchive.filterArchive',
  'genesysArchive.clearArchiveFilter',
  'genesysArchive.groupArchive',
  'genesysArchive.refreshArchive',
  'genesysArchive.rebuildCatalogue',
  'genesysArchive.loadMoreArchived',
  'genesysArchive.compareConversations',
  'genesysArchive.showArchivedTranscript',
  'genesysArchive.showArchivedDetails',
  'genesysArchive.startLocalApi',
  'genesysArchive.stopLocalApi',
  'genesysArchive.copyLocalApiToken',
  'genesysArchive.rotateLocalApiToken',
  'genesysArchive.copyLink',
  'genesysArchive.importTranscript',
] as const;
export type CommandId = (typeof commandIds)[number];

/** Every view of the manifest. */
export const viewIds = [
  'genesysArchive.views.conversations',
  'genesysArchive.views.downloads',
  'genesysArchive.views.archive',
] as const;
export type ViewId = (typeof viewIds)[number];

/** Context keys that menus and welcome views test, without their prefix. */
export const contextKeys = [
  'archiveState',
  'hasAccounts',
  'hasArchiveFilter',
  'hasFilters',
  'signedIn',
  'state',
] as const;
export type ContextKey = (typeof contextKeys)[number];

/** Values of the context key `state` that have a welcome view. */
export const viewStates = [
  'empty',
  'ended',
  'error',
  'forbidden',
  'offline',
  'signedOut',
  'signingIn',
] as const;
export type ViewState = (typeof viewStates)[number];

/** Settings with the types of the manifest, keyed without their prefix. */
export interface Settings {
  readonly 'region': string;
  readonly 'apiBaseUrl': string;
  readonly 'loginBaseUrl': string;
  readonly 'clientId': string;
  readonly 'deepLinkTemplate': string;
  readonly 'archive.folder': string;
  readonly 'recordings.format': 'WAV' | 'WAV_ULAW' | 'MP3' | 'OGG_VORBIS' | 'OGG_OPUS' | 'WEBM';
  readonly 'recordings.maxTranscodeWaitSeconds': number;
  readonly 'conversations.pageSize': number;
  readonly 'cache.maxMegabytes': number;
  readonly 'cache.maxAgeHours': number;
  readonly 'retention.days': number;
  readonly 'retention.filter': string;
  readonly 'recordings.includeScreen': boolean;
  readonly 'archive.jsonCompression': 'gzip' | 'zstd';
  readonly 'archive.compressWav': boolean;
  readonly 'api.enabled': boolean;
  readonly 'api.port': number;
}

/** The manifest's bounds and defaults: what VS Code does not enforce on hand-written settings files, the code must. */
export const settingSchemas = {
  'region': { default: 'mypurecloud.com' },
  'apiBaseUrl': { default: '' },
  'loginBaseUrl': { default: '' },
  'clientId': { default: '' },
  'deepLinkTemplate': { default: 'https://apps.{domain}/directory/#/engage/admin/interactions/{conversationId}' },
  'archive.folder': { default: 'genesys-archive' },
  'recordings.format': { default: 'WAV', values: ['WAV', 'WAV_ULAW', 'MP3', 'OGG_VORBIS', 'OGG_OPUS', 'WEBM'] },
  'recordings.maxTranscodeWaitSeconds': { default: 300, minimum: 10, maximum: 3600 },
  'conversations.pageSize': { default: 100, minimum: 1, maximum: 100 },
  'cache.maxMegabytes': { default: 512, minimum: 0, maximum: 65536 },
  'cache.maxAgeHours': { default: 24, minimum: 0, maximum: 720 },
  'retention.days': { default: 0, minimum: 0, maximum: 36500 },
  'retention.filter': { default: '' },
  'recordings.includeScreen': { default: false },
  'archive.jsonCompression': { default: 'gzip', values: ['gzip', 'zstd'] },
  'archive.compressWav': { default: false },
  'api.enabled': { default: false },
  'api.port': { default: 0, minimum: 0, maximum: 65535 },
} as const;
