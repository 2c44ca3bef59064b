/** The scheme of the archive's read-only file system, as the manifest's activation event names it. */
export const archiveScheme = 'genesys-archive';
