/**
 * The body of the details query: what the platform accepts, decoded into the SDK's model. It knows nothing of conversations.
 * @see POST /api/v2/analytics/conversations/details/query
 */
import type { Models } from 'purecloud-platform-client-v2';

import { apiErrors } from '../http/apiError.ts';
import {
  array,
  checkBody,
  integer,
  number,
  object,
  oneOf,
  text,
  type BodySchema,
} from '../http/bodySchema.ts';
import {
  conversationDimensions,
  conversationMetrics,
  evaluationDimensions,
  evaluationMetrics,
  resolutionMetrics,
  segmentDimensions,
  segmentMetrics,
  segmentPropertyTypes,
  surveyDimensions,
  surveyMetrics,
} from './detailEnums.ts';
import { parseInterval } from './detailsInterval.ts';

/** Limits that the platform documents loosely; each is a number a test may change. */
export interface DetailsLimits {
  readonly maximumPageSize: number;
  /** `pageNumber * pageSize` may not exceed it. */
  readonly maximumReachableHits: number;
  readonly maximumUnfilteredDays: number;
  readonly maximumFilteredDays: number;
}

export const defaultDetailsLimits: DetailsLimits = {
  maximumPageSize: 100,
  maximumReachableHits: 100_000,
  maximumUnfilteredDays: 7,
  maximumFilteredDays: 31,
};

/** A predicate of any filter; which fields it may have depends on the filter. */
export type DetailPredicate = Models.SegmentDetailQueryPredicate;

export interface DetailFilter {
  readonly type?: string;
  readonly predicates?: readonly DetailPredicate[];
  readonly clauses?: readonly {
    readonly type?: string;
    readonly predicates?: readonly DetailPredicate[];
  }[];
}

/** The part that the query and the asynchronous job have in common. */
export type FilteredQuery = Omit<Models.ConversationQuery, 'paging' | 'aggregations'>;

const range = object('NumericRange', { gt: number, gte: number, lt: number, lte: number });

interface PredicateNames {
  readonly dimensions?: readonly string[];
  readonly metrics?: readonly string[];
  readonly hasProperty?: boolean;
}

function filterSchema(kind: string, names: PredicateNames): BodySchema {
  const predicate = object(`${kind}DetailQueryPredicate`, {
    type: oneOf('Type', ['dimension', 'property', 'metric']),
    ...(names.dimensions && { dimension: oneOf('Dimension', names.dimensions) }),
    ...(names.metrics && { metric: oneOf('Metric', names.metrics) }),
    ...(names.hasProperty === true && {
      property: text,
      propertyType: oneOf('PropertyType', segmentPropertyTypes),
    }),
    operator: oneOf('Operator', ['matches', 'exists', 'notExists']),
    value: text,
    range,
  });
  const type = oneOf('Type', ['and', 'or']);
  const clause = object(`${kind}DetailQueryClause`, { type, predicates: array(predicate) }, [
    'type',
    'predicates',
  ]);
  return object(
    `${kind}DetailQueryFilter`,
    { type, predicates: array(predicate), clauses: array(clause) },
    ['type'],
  );
}

/** What the query and the asynchronous job have in common. */
export const sharedQueryProperties = {
  interval: text,
  conversationFilters: array(
    filterSchema('Conversation', {
      dimensions: conversationDimensions,
      metrics: conversationMetrics,
    }),
  ),
  segmentFilters: array(
    filterSchema('Segment', {
      dimensions: segmentDimensions,
      metrics: segmentMetrics,
      hasProperty: true,
    }),
  ),
  evaluationFilters: array(
    filterSchema('Evaluation', { dimensions: evaluationDimensions, metrics: evaluationMetrics }),
  ),
  surveyFilters: array(
    filterSchema('Survey', { dimensions: surveyDimensions, metrics: surveyMetrics }),
  ),
  resolutionFilters: array(filterSchema('Resolution', { metrics: resolutionMetrics })),
  order: oneOf('Order', ['asc', 'desc', 'unordered']),
  orderBy: oneOf('OrderBy', ['conversationStart', 'conversationEnd', 'segmentStart', 'segmentEnd']),
} as const;

const querySchema = object(
  'ConversationQuery',
  {
    ...sharedQueryProperties,
    paging: object('PagingSpec', { pageSize: integer, pageNumber: integer }, [
      'pageSize',
      'pageNumber',
    ]),
    aggregations: array(
      object('AnalyticsQueryAggregation', {
        type: oneOf('Type', ['termFrequency', 'numericRange']),
        dimension: oneOf('Dimension', [
          ...new Set<string>([...conversationDimensions, ...segmentDimensions]),
        ]),
        metric: oneOf('Metric', [...conversationMetrics, ...segmentMetrics]),
        size: integer,
        ranges: array(object('AggregationRange', { gte: number, lt: number })),
      }),
    ),
  },
  ['interval'],
);

const isQuery = (checked: unknown): checked is Models.ConversationQuery =>
  typeof checked === 'object' && checked !== null && 'interval' in checked;

/** @throws ApiError 400 with the platform's codes */
export function decodeDetailsQuery(body: unknown, limits: DetailsLimits): Models.ConversationQuery {
  const query = checkBody(querySchema, body);
  if (!isQuery(query)) {
    throw apiErrors.badRequest();
  }
  checkFilters(query);
  for (const aggregation of query.aggregations ?? []) {
    checkAggregation(aggregation);
  }
  checkInterval(query, limits);
  checkPaging(query.paging ?? { pageNumber: 1, pageSize: 25 }, limits);
  return query;
}

/** @throws ApiError 400 for the first predicate that contradicts itself */
export function checkFilters(query: FilteredQuery): void {
  for (const filter of filtersOf(query)) {
    for (const predicate of predicatesOf(filter)) {
      checkPredicate(predicate);
    }
  }
}

export function filtersOf(query: FilteredQuery): readonly DetailFilter[] {
  return [
    ...(query.conversationFilters ?? []),
    ...(query.segmentFilters ?? []),
    ...(query.evaluationFilters ?? []),
    ...(query.surveyFilters ?? []),
    ...(query.resolutionFilters ?? []),
  ];
}

export const predicatesOf = (filter: DetailFilter): readonly DetailPredicate[] => [
  ...(filter.predicates ?? []),
  ...(filter.clauses ?? []).flatMap((clause) => clause.predicates ?? []),
];

/** Exactly one subject, of the stated type. */
function checkPredicate(predicate: DetailPredicate): void {
  const subjects = (['dimension', 'metric', 'property'] as const).filter(
    (kind) => predicate[kind] !== undefined,
  );
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1) {
    throw apiErrors.constraint('A predicate needs exactly one of dimension, metric and property');
  }
  if (predicate.type !== undefined && predicate.type !== subject) {
    throw apiErrors.constraint(`A predicate of type ${predicate.type} needs a ${predicate.type}`);
  }
  if (subject === 'property' && predicate.propertyType === undefined) {
    throw apiErrors.constraint('A property predicate needs a propertyType');
  }
  checkOperands(predicate);
}

/** `matches` needs exactly one of value and range. */
function checkOperands(predicate: DetailPredicate): void {
  const isMatch = (predicate.operator ?? 'matches') === 'matches';
  const operands = [predicate.value, predicate.range].filter((operand) => operand !== undefined);
  if (isMatch && operands.length !== 1) {
    throw apiErrors.constraint('The operator matches needs exactly one of value and range');
  }
  if (!isMatch && operands.length > 0) {
    throw apiErrors.constraint('The operators exists and notExists take neither value nor range');
  }
  if (predicate.range !== undefined && Object.keys(predicate.range).length === 0) {
    throw apiErrors.constraint('A range needs at least one of gt, gte, lt and lte');
  }
}

function checkAggregation(aggregation: Models.AnalyticsQueryAggregation): void {
  const { type, dimension, metric, size, ranges } = aggregation;
  if (type === undefined) {
    throw apiErrors.constraint('An aggregation needs a type');
  }
  if (type === 'termFrequency' && (dimension === undefined || metric !== undefined)) {
    throw apiErrors.constraint('A termFrequency aggregation needs a dimension');
  }
  if (type === 'numericRange' && (metric === undefined || (ranges ?? []).length === 0)) {
    throw apiErrors.constraint('A numericRange aggregation needs a metric and ranges');
  }
  if (size !== undefined && !(size >= 1 && size <= 1000)) {
    throw apiErrors.constraint('The size of an aggregation must be between 1 and 1000');
  }
}

function checkInterval(query: Models.ConversationQuery, limits: DetailsLimits): void {
  const { startMs, endMs } = parseInterval(query.interval);
  const isFiltered = filtersOf(query).some((filter) => predicatesOf(filter).length > 0);
  const maximumDays = isFiltered ? limits.maximumFilteredDays : limits.maximumUnfilteredDays;
  if (endMs - startMs > maximumDays * 86_400_000) {
    throw apiErrors.badRequest(
      `The interval is too long: at most ${String(maximumDays)} days are allowed ${isFiltered ? 'with' : 'without'} filters.`,
    );
  }
}

function checkPaging(paging: Models.PagingSpec, limits: DetailsLimits): void {
  if (!(paging.pageSize >= 1 && paging.pageSize <= limits.maximumPageSize)) {
    throw apiErrors.badRequest(
      `The page size must be between 1 and ${String(limits.maximumPageSize)}.`,
    );
  }
  if (paging.pageNumber < 1) {
    throw apiErrors.badRequest('The page number must be at least 1.');
  }
  if (paging.pageNumber * paging.pageSize > limits.maximumReachableHits) {
    throw apiErrors.badRequest(
      `Pagination may not exceed ${String(limits.maximumReachableHits)} results.`,
    );
  }
}
