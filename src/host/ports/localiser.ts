/** Translation as a port, so that what words a person reads can be decided (and tested) without VS Code. */

export interface Localiser {
  /** The message in the person's language, `{0}`, `{1}`… replaced by the arguments. */
  t(message: string, ...args: (string | number | boolean)[]): string;
}
