// The figures for Prometheus and OpenTelemetry, and the board that shows them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { ask, bearer } from './dashboard_http.mjs';
import { action, FakeStore, sample, serve } from './dashboard_support.mjs';
import { openOn, patterns } from './open_support.mjs';

const BOARD = new URL('../../docs/grafana/damask.json', import.meta.url);

const LINE = /^([a-z_:][a-z0-9_:]*)(?:\{([^}]*)\})? (\S+)$/i;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gi;

/** The text format, strictly: every sample of a metric that was declared, and none twice. */
function parse(text) {
  assert.ok(text.endsWith('\n'));
  const declared = new Map();
  const samples = new Map();
  for (const line of text.split('\n').filter((it) => it !== '')) {
    const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what) {
      declared.set(name, { ...declared.get(name), [what]: rest });
      continue;
    }
    const [, metric, labelText = '', value] =
      LINE.exec(line) ?? assert.fail(`not a sample: ${line}`);
    assert.ok(Number.isFinite(Number(value)), line);
    const base = metric.replace(/_(bucket|sum|count)$/, '');
    assert.ok(declared.has(metric) || declared.get(base)?.TYPE === 'histogram', line);
    const labels = Object.fromEntries([...labelText.matchAll(LABEL)].map(([, k, v]) => [k, v]));
    const key = JSON.stringify([metric, labels]);
    assert.ok(!samples.has(key), `twice: ${line}`);
    samples.set(key, { metric, labels, value: Number(value) });
  }
  return { declared, samples: [...samples.values()] };
}

function worn() {
  const store = new FakeStore();
  store.history = [sample(1000, 0), sample(60_000, 0.5)];
  store.actions = [action(1500), action(2500, { kind: 'repair', outcome: 'failed' }), action(3500)];
  store.health_ = {
    state: 'degraded',
    reasons: [{ code: 'RECALL', message: 'recall fell' }],
  };
  return store;
}

async function scrape(t, store) {
  const { url } = await serve(t, store);
  const read = async () => {
    const { headers, raw } = await ask(url, '/metrics');
    assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
    return parse(raw);
  };
  const valueOf = ({ samples }, name, labels = {}) =>
    samples.find(
      (it) =>
        it.metric === name &&
        Object.entries(labels).every(([key, value]) => it.labels[key] === value),
    )?.value;
  return { url, read, valueOf };
}

test('what was measured is told in base units', async (t) => {
  const store = worn();
  const { read, valueOf } = await scrape(t, store);
  const scraped = await read();
  const newest = store.history[1];
  for (const [name, labels, expected] of [
    ['damask_up', {}, 1],
    ['damask_info', { backend: 'native', instruction_set: 'avx2', version: '0.1.0' }, 1],
    ['damask_health_state', { state: 'degraded' }, 1],
    ['damask_health_state', { state: 'healthy' }, 0],
    ['damask_health_reason', { code: 'RECALL' }, 1],
    ['damask_patterns', {}, 12_000],
    ['damask_tombstones', {}, 150],
    ['damask_memory_bytes', {}, 17_200_000],
    ['damask_recall_ratio', {}, newest.recall.value],
    ['damask_recall_low_ratio', {}, newest.recall.low],
    ['damask_search_latency_seconds', { quantile: '0.99' }, newest.searchUs.p99 / 1e6],
    ['damask_sync_latency_seconds', { quantile: '1' }, 0.009],
    ['damask_unreachable_patterns', {}, 7],
    ['damask_low_in_degree_patterns', { in_degree: '7' }, newest.census.lowInDegrees[7]],
    ['damask_structure_bytes', { structure: 'codes' }, 9_300_000],
    ['damask_sample_timestamp_seconds', {}, 60],
    ['damask_healing_actions_total', { kind: 'compact', outcome: 'kept' }, 2],
    ['damask_healing_actions_total', { kind: 'repair', outcome: 'failed' }, 1],
    ['damask_healing_longest_pause_seconds', {}, 0.0009],
    ['damask_dashboard_pages', {}, 0],
  ])
    assert.equal(valueOf(scraped, name, labels), expected, `${name} ${JSON.stringify(labels)}`);
  for (const [name, { HELP, TYPE }] of scraped.declared) {
    assert.match(name, /^damask_/);
    assert.ok(HELP.length > 10, name);
    assert.equal(name.endsWith('_total'), TYPE === 'counter', name);
  }
});

test('a real store is told as its own figures have it', async (t) => {
  const store = await openOn('native', { dimension: 8, indexingThreshold: 16 });
  t.after(() => store.shutdown());
  await store.storeBatch(patterns(60, 8));
  await store.deletePattern('pattern-1');
  for (const { embedding } of patterns(5, 8)) await store.searchSimilar(embedding);
  const { read, valueOf } = await scrape(t, store);
  const scraped = await read();
  const { slots, memoryUsage, sequence } = await store.getStats();
  for (const [name, expected] of Object.entries({
    ...{ damask_patterns: 59, damask_tombstones: slots - 59, damask_searches_total: 5 },
    ...{ damask_memory_bytes: memoryUsage, damask_changes_total: sequence },
  }))
    assert.equal(valueOf(scraped, name), expected, name);
  assert.equal(valueOf(scraped, 'damask_info', { backend: 'native' }), 1);
});

test('beside a writer it is told how the writer is, not the reader', async (t) => {
  const store = worn();
  store.writer = false;
  store.health_ = { state: 'healthy', reasons: [] };
  const told = { code: 'UNREACHABLE', message: 'seven patterns cannot be reached' };
  store.history[1] = { ...store.history[1], state: 'critical', reasons: [told] };
  const { read, valueOf } = await scrape(t, store);
  const scraped = await read();
  const { graph, codes, records } = store.history[1].memory;
  for (const [name, labels, expected] of [
    ['damask_health_state', { state: 'critical' }, 1],
    ['damask_health_state', { state: 'healthy' }, 0],
    ['damask_health_reason', { code: 'UNREACHABLE' }, 1],
    ['damask_memory_bytes', {}, graph + codes + records],
    ['damask_pending_changes', {}, undefined],
    ['damask_pending_bytes', {}, undefined],
    ['damask_searches_total', {}, undefined],
    ['damask_patterns', {}, 12_000],
  ])
    assert.equal(valueOf(scraped, name, labels), expected, `${name} ${JSON.stringify(labels)}`);
});

test('what was not measured is absent, not zero', async (t) => {
  const { read } = await scrape(t, new FakeStore());
  const names = (await read()).samples.map(({ metric }) => metric);
  assert.ok(names.includes('damask_patterns'));
  for (const name of ['recall_ratio', 'search_latency_seconds', 'unreachable_patterns', 'ef'])
    assert.ok(!names.includes(`damask_${name}`), name);
  assert.ok(!names.includes('damask_healing_longest_pause_seconds'));
});

test('counters do not fall when the store forgets its oldest actions', async (t) => {
  const store = worn();
  const { read, valueOf } = await scrape(t, store);
  const counted = { kind: 'compact', outcome: 'kept' };
  await read();
  store.actions = [action(9000)];
  const later = await read();
  assert.equal(valueOf(later, 'damask_healing_actions_total', counted), 3);
  await read();
  assert.equal(valueOf(await read(), 'damask_healing_actions_total', counted), 3);
  assert.ok(valueOf(later, 'damask_healing_busy_seconds_total') > 3);
});

test('requests are counted by route, whatever the address says', async (t) => {
  const { url, read, valueOf } = await scrape(t, new FakeStore());
  for (const id of ['a', 'b', 'c']) await ask(url, `/api/patterns/${id}`, { headers: bearer });
  await ask(url, '/no/such/path');
  await ask(url, '/api/stats', { method: 'BREW' }).catch(() => undefined);
  const scraped = await read();
  const name = 'damask_http_request_duration_seconds_count';
  const route = { route: '/api/patterns/', method: 'GET', status: '404' };
  assert.equal(valueOf(scraped, name, route), 3);
  assert.equal(valueOf(scraped, name, { route: 'unknown', method: 'other' }), 1);
});

test('a store that cannot be looked at is down', async (t) => {
  const store = new FakeStore();
  const { read, valueOf } = await scrape(t, store);
  store.broken = new Error('the disk is gone');
  const scraped = await read();
  assert.equal(valueOf(scraped, 'damask_up'), 0);
  assert.equal(valueOf(scraped, 'damask_health_state', { state: 'critical' }), 1);
  assert.equal(valueOf(scraped, 'damask_health_reason', { code: 'NOT_FOLLOWED' }), 1);
});

test('the board asks for nothing that is not told', async (t) => {
  const { read } = await scrape(t, worn());
  // The second time there is a request to tell of.
  await read();
  const { declared, samples } = await read();
  const told = new Set([...declared.keys(), ...samples.map(({ metric }) => metric)]);
  const board = JSON.parse(await readFile(BOARD, 'utf8'));
  const targets = board.panels.flatMap((panel) => panel.targets ?? []).map(({ expr }) => expr);
  assert.ok(targets.length > 10);
  const asked = new Set(targets.flatMap((expr) => expr.match(/\bdamask_[a-z0-9_]+/g) ?? []));
  for (const name of asked) assert.ok(told.has(name), `the board asks for ${name}`);
  const labelsOf = (name) => {
    const found = samples.find(({ metric }) => metric === name);
    return ['job', 'instance', ...Object.keys(found?.labels ?? {})];
  };
  for (const expr of targets)
    for (const [, name, selector] of expr.matchAll(/\b(damask_[a-z0-9_]+)\{([^}]*)\}/g))
      for (const [, label] of selector.matchAll(/([a-z_]+)=~?"/g))
        assert.ok(labelsOf(name).includes(label), `${name} has no label ${label}`);
});

test('OpenTelemetry gets the same figures by a meter, until the dashboard is closed', async (t) => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
  const provider = new MeterProvider({ readers: [reader] });
  t.after(() => provider.shutdown());
  const store = worn();
  const { url } = await serve(t, store, { otel: provider.getMeter('test') });
  await ask(url, '/metrics');
  await reader.forceFlush();
  const [{ scopeMetrics }] = exporter.getMetrics();
  const metrics = new Map(
    scopeMetrics[0].metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      { descriptor, dataPoints },
    ]),
  );
  const recall = metrics.get('damask_recall_ratio');
  assert.equal(recall.dataPoints[0].value, store.history[1].recall.value);
  assert.equal(metrics.get('damask_memory_bytes').descriptor.unit, 'By');
  const actions = metrics.get('damask_healing_actions').dataPoints;
  assert.deepEqual(
    actions.map(({ attributes, value }) => [attributes.kind, value]),
    [
      ['compact', 2],
      ['repair', 1],
    ],
  );
});

test('otel: true takes the global meter, which does nothing until it is set', async (t) => {
  const { url } = await serve(t, new FakeStore(), { otel: true });
  assert.equal((await ask(url, '/api/stats')).status, 200);
});
