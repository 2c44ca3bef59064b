/** Something read from the platform: decoded, with the JSON it came as, so that the archive keeps originals. */
export interface Fetched<T> {
  readonly value: T;
  /** JSON text exactly as received, or the text of its element when it came inside a list. */
  readonly rawJson: string;
  /** Method and path template, such as `GET /api/v2/conversations/{conversationId}/recordings`. */
  readonly source: string;
  readonly fetchedAtMs: number;
}
