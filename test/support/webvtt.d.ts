/** W3C's WebVTT parser and validator has no types of its own. */
declare module 'webvtt-parser' {
  interface Parser {
    parse(
      text: string,
      mode: 'metadata' | 'subtitles/captions/descriptions' | 'chapters',
    ): {
      readonly cues: readonly {
        readonly id: string;
        readonly startTime: number;
        readonly endTime: number;
        readonly text: string;
      }[];
      readonly errors: readonly { readonly message: string; readonly line: number }[];
    };
  }
  const parsers: { readonly WebVTTParser: new () => Parser };
  export default parsers;
}
