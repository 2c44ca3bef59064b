/**
 * The platform's filter semantics. Several filters must all hold; within one, predicates and clauses combine by its `type`.
 * The predicates of one segment filter must hold on the same segment, those of one evaluation or survey filter on the same
 * evaluation or survey.
 */
import type { Models } from 'purecloud-platform-client-v2';

import type { DetailFilter, DetailPredicate, FilteredQuery } from './detailsQuery.ts';
import {
  conversationMetric,
  conversationValues,
  segmentDurationMs,
  segmentValues,
  toSegmentRows,
  type DetailValue,
  type SegmentRow,
  type SimulatedDetail,
} from './segmentRow.ts';

export type Test<Subject> = (subject: Subject) => boolean;

/** Compiled once for each query, since it runs over every conversation of the interval. */
export function compileFilters(query: FilteredQuery): Test<SimulatedDetail> {
  const tests = [
    ...(query.conversationFilters ?? []).map((filter) => compileFilter(filter, conversationValue)),
    ...(query.segmentFilters ?? []).map((filter) => {
      const holds = compileFilter(filter, segmentValue);
      return (detail: SimulatedDetail) => toSegmentRows(detail).some(holds);
    }),
    ...(query.evaluationFilters ?? []).map((filter) =>
      compileRecordFilter(filter, (detail) => detail.evaluations),
    ),
    ...(query.surveyFilters ?? []).map((filter) =>
      compileRecordFilter(filter, (detail) => detail.surveys),
    ),
    ...(query.resolutionFilters ?? []).map((filter) =>
      compileRecordFilter(filter, (detail) => detail.resolutions),
    ),
  ];
  return (detail) => tests.every((test) => test(detail));
}

/** How a kind of subject yields the value a predicate names. */
type Accessor<Subject> = (predicate: DetailPredicate) => (subject: Subject) => DetailValue;

const conversationValue: Accessor<SimulatedDetail> = ({ dimension, metric = '' }) =>
  dimension === undefined
    ? (detail) => conversationMetric(detail, metric)
    : lookUp(conversationValues, dimension);

const segmentValue: Accessor<SegmentRow> = ({ dimension, property, propertyType }) => {
  if (dimension !== undefined) {
    return lookUp(segmentValues, dimension);
  }
  return property === undefined
    ? segmentDurationMs
    : ({ segment }) =>
        (segment.properties ?? [])
          .filter((one) => one.property === property && one.propertyType === propertyType)
          .map((one) => one.value ?? '');
};

/** Dimensions and metrics of evaluations, surveys and resolutions carry the names of their fields. */
const recordValue: Accessor<object> = ({ dimension, metric }) => {
  const field = dimension ?? metric;
  return (record) => {
    const value: unknown = Object.entries(record).find(([name]) => name === field)?.[1];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : undefined;
  };
};

const compileRecordFilter = (
  filter: DetailFilter,
  records: (detail: SimulatedDetail) => readonly object[] | undefined,
): Test<SimulatedDetail> => {
  const holds = compileFilter(filter, recordValue);
  return (detail) => (records(detail) ?? []).some(holds);
};

function lookUp<Subject>(
  table: Readonly<Record<string, (subject: Subject) => DetailValue>>,
  dimension: string,
): (subject: Subject) => DetailValue {
  const read = table[dimension];
  if (read === undefined) {
    throw new Error(`No accessor for the dimension ${dimension}`);
  }
  return read;
}

function compileFilter<Subject>(filter: DetailFilter, accessor: Accessor<Subject>): Test<Subject> {
  const predicateTest = (predicate: DetailPredicate): Test<Subject> => {
    const read = accessor(predicate);
    const holds = compilePredicate(predicate);
    return (subject) => holds(read(subject));
  };
  return combine(filter.type, [
    ...(filter.predicates ?? []).map(predicateTest),
    ...(filter.clauses ?? []).map((clause) =>
      combine(clause.type, (clause.predicates ?? []).map(predicateTest)),
    ),
  ]);
}

/** Nothing to combine holds always: an empty filter is no filter. */
function combine<Subject>(
  type: string | undefined,
  tests: readonly Test<Subject>[],
): Test<Subject> {
  const [only] = tests;
  if (only === undefined) {
    return () => true;
  }
  if (tests.length === 1) {
    return only;
  }
  return type === 'or'
    ? (subject) => tests.some((test) => test(subject))
    : (subject) => tests.every((test) => test(subject));
}

/** The comparison alone: values compare exactly, ranges numerically (dates as epoch milliseconds). */
export function compilePredicate(predicate: DetailPredicate): Test<DetailValue> {
  const { operator = 'matches', value, range } = predicate;
  switch (operator) {
    case 'exists':
      return isPresent;
    case 'notExists':
      return (found) => !isPresent(found);
    default: {
      const holds: Test<string | number | boolean> =
        range === undefined
          ? (one) => String(one) === value
          : (one) => isWithin(range, toNumber(one));
      return (found) =>
        typeof found === 'object' ? found.some(holds) : found !== undefined && holds(found);
    }
  }
}

const isPresent = (value: DetailValue): boolean =>
  typeof value === 'object' ? value.length > 0 : value !== undefined;

const toNumber = (value: string | number | boolean): number =>
  typeof value === 'string' && value.includes('T') ? Date.parse(value) : Number(value);

/** False for what is no number. */
const isWithin = (range: Models.NumericRange, value: number): boolean =>
  !Number.isNaN(value) &&
  (range.gt === undefined || value > range.gt) &&
  (range.gte === undefined || value >= range.gte) &&
  (range.lt === undefined || value < range.lt) &&
  (range.lte === undefined || value <= range.lte);
