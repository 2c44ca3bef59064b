/** Reads query parameters as strictly as the platform: unknown names are ignored, bad values of known names are refused. */
import { apiErrors } from './apiError.ts';

export interface Paging {
  readonly pageNumber: number;
  readonly pageSize: number;
}

export class QueryReader {
  private readonly parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.parameters = parameters;
  }

  text(name: string): string | undefined {
    return this.parameters.get(name) ?? undefined;
  }

  /** A list, repeated (`id=a&id=b`) or joined by commas (`id=a,b`): the platform takes both. */
  list(name: string): readonly string[] {
    return this.parameters
      .getAll(name)
      .flatMap((value) => value.split(','))
      .filter((value) => value !== '');
  }

  oneOf<const Value extends string>(
    name: string,
    allowed: readonly Value[],
    fallback: Value,
  ): Value {
    const value = this.parameters.get(name);
    if (value === null) {
      return fallback;
    }
    const found = allowed.find((one) => one === value);
    if (found === undefined) {
      throw apiErrors.invalidParameter(value, name, allowed);
    }
    return found;
  }

  someOf<const Value extends string>(name: string, allowed: readonly Value[]): readonly Value[] {
    return this.list(name).map((value) => {
      const found = allowed.find((one) => one === value);
      if (found === undefined) {
        throw apiErrors.invalidParameter(value, name, allowed);
      }
      return found;
    });
  }

  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false'], 'false') === 'true';
  }

  integer(name: string, fallback: number, minimum: number, maximum: number): number {
    const value = this.parameters.get(name);
    if (value === null) {
      return fallback;
    }
    const number = /^-?\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= minimum && number <= maximum)) {
      throw apiErrors.invalidParameter(value, name, [`${String(minimum)} to ${String(maximum)}`]);
    }
    return number;
  }

  paging(maximumPageSize: number): Paging {
    return {
      pageNumber: this.integer('pageNumber', 1, 1, 1_000_000),
      pageSize: this.integer('pageSize', 25, 1, maximumPageSize),
    };
  }
}
