/** A value made on first use. A failed attempt is forgotten, so that the next use tries again. */
export class Lazy<T> {
  private readonly create: () => Promise<T>;
  private pending: Promise<T> | undefined;

  constructor(create: () => Promise<T>) {
    this.create = create;
  }

  /** The promise of the value, or undefined when nobody asked yet. */
  get started(): Promise<T> | undefined {
    return this.pending;
  }

  get(): Promise<T> {
    if (this.pending === undefined) {
      const attempt = this.create();
      this.pending = attempt;
      attempt.catch(() => {
        if (this.pending === attempt) {
          this.pending = undefined;
        }
      });
    }
    return this.pending;
  }
}
