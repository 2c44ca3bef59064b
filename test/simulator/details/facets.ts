/** Facets over all hits of a details query: how many conversations have each value, or fall into each range. */
import type { Models } from 'purecloud-platform-client-v2';

import { compilePredicate } from './filterMatching.ts';
import {
  conversationMetric,
  conversationValues,
  segmentDurationMs,
  segmentValues,
  toSegmentRows,
  type DetailValue,
  type SimulatedDetail,
} from './segmentRow.ts';

const defaultTermCount = 10;

/** `count` is the number of hits that have the dimension or metric at all. */
export function countFacets(
  aggregation: Models.AnalyticsQueryAggregation,
  details: readonly SimulatedDetail[],
): Models.AggregationResult {
  return aggregation.type === 'numericRange'
    ? countRanges(aggregation, details)
    : countTerms(aggregation, details);
}

function countTerms(
  { dimension = '', size = defaultTermCount }: Models.AnalyticsQueryAggregation,
  details: readonly SimulatedDetail[],
): Models.AggregationResult {
  const countByValue = new Map<string, number>();
  let count = 0;
  for (const detail of details) {
    const values = new Set(valuesOf(detail, dimension));
    count += values.size > 0 ? 1 : 0;
    for (const value of values) {
      countByValue.set(value, (countByValue.get(value) ?? 0) + 1);
    }
  }
  const results = [...countByValue]
    .sort(([valueA, a], [valueB, b]) => b - a || (valueA < valueB ? -1 : 1))
    .slice(0, size)
    .map(([value, occurrences]) => ({ value, count: occurrences }));
  return { type: 'termFrequency', dimension, count, ...(results.length > 0 && { results }) };
}

function countRanges(
  { metric = '', ranges = [] }: Models.AnalyticsQueryAggregation,
  details: readonly SimulatedDetail[],
): Models.AggregationResult {
  const values = details.flatMap((detail) =>
    metric === 'tSegmentDuration'
      ? toSegmentRows(detail).map(segmentDurationMs)
      : [conversationMetric(detail, metric)],
  );
  const present = values.filter((value) => value !== undefined);
  return {
    type: 'numericRange',
    metric,
    count: present.length,
    results: ranges.map((range) => ({
      ...range,
      count: present.filter(compilePredicate({ range })).length,
    })),
  };
}

function valuesOf(detail: SimulatedDetail, dimension: string): readonly string[] {
  const ofConversation: Readonly<Record<string, (subject: SimulatedDetail) => DetailValue>> =
    conversationValues;
  const ofSegment: Readonly<
    Record<string, (subject: Parameters<typeof segmentDurationMs>[0]) => DetailValue>
  > = segmentValues;
  const readConversation = ofConversation[dimension];
  const readSegment = ofSegment[dimension];
  const values =
    readConversation === undefined
      ? toSegmentRows(detail).map((row) => readSegment?.(row))
      : [readConversation(detail)];
  return values
    .flat()
    .filter((value) => value !== undefined)
    .map(String);
}
