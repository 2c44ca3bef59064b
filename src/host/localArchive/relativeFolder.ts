/** Paths of the archive as the catalogue names them. */
import { relative, sep } from 'node:path';

/** Relative to the archive, with `/`. */
export function relativeFolder(rootPath: string, folderPath: string): string {
  return relative(rootPath, folderPath).split(sep).join('/');
}
