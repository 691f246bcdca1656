import type { Estimate, HealthSample, TimedUs } from '../health/shape.js';
import type { PatternStoreStats } from '../interface.js';
import type { View } from './observer.js';
import { isWriter, memoryOf, newest, verdictOf } from './verdict.js';

/*
 * What is told to monitoring, once for Prometheus and OpenTelemetry. A figure that was not measured has
 * no reading: it is absent, never zero.
 */

export interface Reading {
  value: number;
  labels?: Readonly<Record<string, string>>;
}

export interface Figure {
  name: string;
  kind: 'gauge' | 'counter';
  /** In the notation of UCUM: 's', 'By', '1'. */
  unit: string;
  help: string;
  labels: readonly string[];
  read: (view: View) => readonly Reading[];
}

const STATES = ['healthy', 'degraded', 'critical'] as const;

/** A value, or nothing where it was not measured. */
const one = (value: number | undefined): Reading[] => (value === undefined ? [] : [{ value }]);

/** What only the process that writes to storage can know. */
const pending = ({ stats, health }: View, read: (stats: PatternStoreStats) => number): Reading[] =>
  stats && health?.writer === true ? one(read(stats)) : [];

function gauge(
  name: string,
  unit: string,
  help: string,
  read: Figure['read'],
  labels: readonly string[] = [],
): Figure {
  return { name: `damask_${name}`, kind: 'gauge', unit, help, labels, read };
}

const counter = (...about: Parameters<typeof gauge>): Figure => ({
  ...gauge(...about),
  kind: 'counter',
});

/** Figures of the newest health sample. */
function sampled(
  name: string,
  unit: string,
  help: string,
  read: (sample: HealthSample) => number | undefined,
): Figure {
  return gauge(name, unit, help, (view) => {
    const sample = newest(view);
    return sample ? one(read(sample)) : [];
  });
}

function timed(
  name: string,
  what: string,
  read: (sample: HealthSample) => TimedUs | undefined,
): Figure {
  return gauge(
    `${name}_latency_seconds`,
    's',
    `${what}, of the newest health sample: quantiles, 1 is the longest`,
    (view) => {
      const sample = newest(view);
      const us = sample && read(sample);
      if (us === undefined) return [];
      const quantiles = { 0.5: us.p50, 0.95: us.p95, 0.99: us.p99, 1: us.max };
      return Object.entries(quantiles).map(([quantile, value]) => ({
        value: value / 1e6,
        labels: { quantile },
      }));
    },
    ['quantile'],
  );
}

function estimated(
  name: string,
  what: string,
  read: (sample: HealthSample) => Estimate | undefined,
): Figure[] {
  return [
    sampled(`${name}_ratio`, '1', what, (it) => read(it)?.value),
    sampled(
      `${name}_low_ratio`,
      '1',
      `${what}: lower end of its 95% interval`,
      (it) => read(it)?.low,
    ),
    sampled(
      `${name}_high_ratio`,
      '1',
      `${what}: upper end of its 95% interval`,
      (it) => read(it)?.high,
    ),
    sampled(`${name}_trials`, '1', `${what}: trials that it rests on`, (it) => read(it)?.trials),
  ];
}

const STORE: readonly Figure[] = [
  gauge(
    'info',
    '1',
    'Always 1; the labels say what runs',
    ({ info, stats }) => [
      {
        value: 1,
        labels: {
          version: info.version,
          backend: info.type,
          instruction_set: info.instructionSet,
          runtime: info.runtime,
          storage: info.storage,
          metric: stats?.metric ?? '',
        },
      },
    ],
    ['version', 'backend', 'instruction_set', 'runtime', 'storage', 'metric'],
  ),
  gauge('up', '1', 'Whether the last look at the store succeeded', (view) => [
    { value: view.problem === undefined ? 1 : 0 },
  ]),
  gauge(
    'health_state',
    '1',
    'Whether the store is in this state: 1 for the one that holds',
    (view) => {
      const verdict = verdictOf(view).state;
      if (verdict === 'unknown') return [];
      return STATES.map((state) => ({ value: Number(state === verdict), labels: { state } }));
    },
    ['state'],
  ),
  gauge(
    'health_reason',
    '1',
    'Always 1, for each reason that the store is not well',
    (view) => verdictOf(view).reasons.map(({ code }) => ({ value: 1, labels: { code } })),
    ['code'],
  ),
  gauge('patterns', '1', 'Patterns that can be found', ({ stats }) => one(stats?.count)),
  gauge(
    'tombstones',
    '1',
    'Nodes of deleted and replaced patterns that still take room',
    ({ stats }) => one(stats && stats.slots - stats.count),
  ),
  gauge('memory_bytes', 'By', 'What the structures of the writing store hold allocated', (view) =>
    one(memoryOf(view)),
  ),
  counter('changes_total', '1', 'Changes committed over the life of the store', ({ stats }) =>
    one(stats?.sequence),
  ),
  counter('searches_total', '1', 'Searches measured since the store was opened', (view) =>
    one(isWriter(view) ? view.stats?.searches : undefined),
  ),
  gauge('pending_changes', '1', 'Changes that a crash would lose now', (view) =>
    pending(view, ({ pendingChanges }) => pendingChanges),
  ),
  gauge('pending_bytes', 'By', 'Bytes of the changes that a crash would lose now', (view) =>
    pending(view, ({ pendingBytes }) => pendingBytes),
  ),
  gauge('generation', '1', 'The newest snapshot that is stored', ({ stats }) =>
    one(stats?.generation),
  ),
  counter(
    'healing_actions_total',
    '1',
    'What was done for the store, or suggested, of the actions that were seen here',
    ({ tallies }) =>
      tallies.map(({ kind, outcome, count }) => ({ value: count, labels: { kind, outcome } })),
    ['kind', 'outcome'],
  ),
  counter(
    'healing_busy_seconds_total',
    's',
    'Time spent on the actions that were seen here',
    ({ busyMs }) => [{ value: busyMs / 1e3 }],
  ),
  gauge(
    'healing_longest_pause_seconds',
    's',
    'The longest that searches had to wait at once for one of the actions that are kept',
    ({ actions }) => {
      const pauses = actions.flatMap(({ cost }) => (cost ? [cost.longestPauseMs / 1e3] : []));
      return pauses.length > 0 ? [{ value: Math.max(...pauses) }] : [];
    },
  ),
];

const SAMPLE: readonly Figure[] = [
  sampled(
    'sample_timestamp_seconds',
    's',
    'When the newest health sample was taken',
    ({ at }) => at / 1e3,
  ),
  sampled('ef', '1', 'Candidates kept by a search that does not say', ({ ef }) => ef),
  sampled(
    'searches_per_second',
    '1',
    'Searches per second of the newest health sample',
    (it) => it.searchesPerSecond,
  ),
  ...estimated('recall', 'Recall of searches, of live ones repeated exactly', (it) => it.recall),
  ...estimated('self_miss', 'Patterns not found by their own embedding', (it) => it.selfMisses),
  timed('search', 'How long searches took', (it) => it.searchUs),
  timed('insert', 'How long it took to store one pattern in memory', (it) => it.insertUs),
  timed('sync', 'How long it took to make changes durable', (it) => it.syncUs),
  sampled(
    'search_distances',
    '1',
    'Distances computed by a search, on average',
    (it) => it.distancesPerSearch,
  ),
  sampled(
    'search_read_bytes',
    'By',
    'Bytes of codes read by a search, on average',
    (it) => it.bytesPerSearch,
  ),
  gauge(
    'structure_bytes',
    'By',
    'What each structure of the writing store holds allocated',
    (view) =>
      Object.entries(newest(view)?.memory ?? {}).map(([structure, value]) => ({
        value,
        labels: { structure },
      })),
    ['structure'],
  ),
  sampled(
    'journal_bytes',
    'By',
    'Bytes of journals that opening the store now would replay',
    (it) => it.journalBytes,
  ),
  sampled(
    'unreachable_patterns',
    '1',
    'Patterns that no links lead to from the entry',
    (it) => it.census?.unreachable,
  ),
  gauge(
    'low_in_degree_patterns',
    '1',
    'Patterns that so few links lead to',
    (view) =>
      (newest(view)?.census?.lowInDegrees ?? []).map((value, degree) => ({
        value,
        labels: { in_degree: String(degree) },
      })),
    ['in_degree'],
  ),
  sampled('links', '1', 'Links of live patterns on the lowest level', (it) => it.census?.links),
  sampled(
    'links_to_tombstones',
    '1',
    'Links of live patterns that lead to tombstones',
    (it) => it.census?.linksToTombstones,
  ),
];

export const FIGURES: readonly Figure[] = [...STORE, ...SAMPLE];
