// The process that holds one peer: builds its index, measures it, tells each step to its parent, ends.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Vectors } from '../js/dataset.mjs';
import { measureMemory } from '../js/memory_probe.mjs';
import { loadData } from './data.mjs';
import { knownAnswers, measurePoint, probesOf } from './measure.mjs';
import { knobOf, peerNamed } from './registry.mjs';
import { versionOf } from './versions.mjs';

const PROBES = 10;
const SAMPLE = 100;
const WARM_ROWS = 1000;

const tell = (step) => new Promise((resolve) => process.send(step, resolve));

async function place({ dimension, count }, { registry, peer, variant, directory }) {
  const adapter = await peerNamed(registry, peer);
  const chosen = adapter.variants.find(({ name }) => name === variant);
  return { adapter, where: { dimension, count, directory, variant: chosen } };
}

/** What the first queries find, to be compared after reopening. */
async function sampleOf(index, queries, k) {
  const sample = [];
  for (const query of queries) sample.push(index.rowsOf(await index.search(query, k)));
  return sample;
}

/** A small index, built, searched and dropped: code is loaded and heaps have grown before it counts. */
async function warmUp({ data, plan, directory }, adapter, where) {
  const { base, queries } = await loadData(data);
  const count = Math.min(WARM_ROWS, base.count);
  const few = new Vectors(base.dimension, base.values.slice(0, count * base.dimension));
  const aside = path.join(directory, 'warm-up');
  await mkdir(aside);
  const index = await adapter.open({ ...where, count, directory: aside });
  await index.build(few);
  const [value] = knobOf(adapter, where.variant)?.values ?? [];
  if (value !== undefined) await index.set(value);
  for (const vector of queries) await index.search(index.query(vector), plan.k);
  await index.close();
}

/** Bytes that are resident and in use: of JavaScript's heap what is alive, not what it keeps for later. */
async function bytesInUse() {
  await measureMemory();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return rss - heapTotal + heapUsed;
}

/** Bytes in use beyond what the process had: `base` is let go first, so a peer that keeps it pays. */
async function build(job, shape, adapter, where) {
  await warmUp(job, adapter, where);
  const before = await bytesInUse();
  let { base } = await loadData(job.data);
  const probes = probesOf(base, PROBES);
  const index = await adapter.open(where);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await index.build(base);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  base = undefined;
  const after = await bytesInUse();
  await tell({
    build: { seconds, cpuSeconds: (user + system) / 1e6, perSecond: shape.count / seconds },
    residentBytes: after - before,
  });
  return { index, probes, before, residentBytes: after - before };
}

async function measureJob(job) {
  const { queries: asked, truth, shape } = await loadData(job.data);
  const { adapter, where } = await place(shape, job);
  await tell({ version: await versionOf(adapter) });
  const { index, probes, before, residentBytes } = await build(job, shape, adapter, where);
  let queries = asked.map((vector) => index.query(vector));
  for (const value of knobOf(adapter, where.variant)?.values ?? [undefined]) {
    if (value !== undefined) await index.set(value);
    const point = await measurePoint(index, queries, truth, { ...job.plan, count: shape.count });
    await tell({ point: { value, ...point } });
  }
  // What an index reads of its files, it has read by now.
  const sampled = queries.slice(0, SAMPLE);
  queries = undefined;
  await tell({ residentBytes: Math.max(residentBytes, (await bytesInUse()) - before) });
  const right = await knownAnswers(index, probes, job.plan.k);
  await tell({ known: { right, of: probes.length } });
  if (adapter.reopen) {
    const sample = await sampleOf(index, sampled, job.plan.k);
    const began = performance.now();
    await index.save();
    await tell({ saved: { seconds: (performance.now() - began) / 1000, sample } });
  }
  await index.close();
}

async function reopenJob(job) {
  const { queries, shape } = await loadData(job.data);
  const { adapter, where } = await place(shape, job);
  const began = performance.now();
  const index = await adapter.reopen(where);
  const seconds = (performance.now() - began) / 1000;
  const last = knobOf(adapter, where.variant)?.values.at(-1);
  if (last !== undefined) await index.set(last);
  const asked = queries.slice(0, SAMPLE).map((vector) => index.query(vector));
  await tell({ reopened: { seconds, sample: await sampleOf(index, asked, job.plan.k) } });
  await index.close();
}

const JOBS = { measure: measureJob, reopen: reopenJob };

process.once('message', (job) => {
  JOBS[job.kind](job).then(
    () => process.exit(0),
    async (error) => {
      await tell({ failure: error?.message ? `${error.message}` : String(error) });
      process.exit(1);
    },
  );
});
