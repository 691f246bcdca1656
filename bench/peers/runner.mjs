// One row: a peer with one variant, in processes of its own. Whatever happens there, a row comes of it.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastestAt } from './figures.mjs';
import { knobOf } from './registry.mjs';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const STDERR_KEPT = 2000;
const REASON_KEPT = 300;
// glibc keeps blocks up to the size of the largest that was freed, the data's own, unless told a size:
// then what is freed of the data leaves the process and is not counted as the peer's.
const LARGE_BLOCK = 4 * 2 ** 20;
export const RECALLS = [0.9, 0.95, 0.99];

/** Does a job in a process; `onStep` hears each step. Returns why it failed, or undefined. */
function inProcess(job, seconds, onStep) {
  return new Promise((resolve) => {
    const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: String(LARGE_BLOCK) };
    const child = fork(WORKER, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env });
    let failure;
    let errors = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-STDERR_KEPT);
    });
    child.on('message', (step) => {
      if (step.failure === undefined) onStep(step);
      else failure = step.failure.slice(0, REASON_KEPT);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (late) resolve(`did not end within ${seconds} s`);
      else if (failure !== undefined) resolve(failure);
      else if (code !== 0) resolve(endOf(code, signal, errors));
      else resolve(undefined);
    });
    child.send(job);
  });
}

function endOf(code, signal, errors) {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const last = errors
    .split('\n')
    .filter((line) => /error|panic|abort|memory|fail/i.test(line))
    .at(-1);
  return `the process ${how}${last ? `: ${last.trim()}` : ''}`;
}

/** Whether a fresh process answers from what was saved as the one did that saved it: 'yes', 'changed'
 * (it answers otherwise), 'no'. */
async function persistenceOf(job, saved, seconds) {
  let reopened;
  const failure = await inProcess({ ...job, kind: 'reopen' }, seconds, (step) => {
    ({ reopened } = step);
  });
  if (reopened === undefined) return { kept: 'no', reason: failure };
  const same = saved.sample.filter((rows, i) => `${rows}` === `${reopened.sample[i]}`).length;
  const times = { saveSeconds: saved.seconds, openSeconds: reopened.seconds };
  if (same === saved.sample.length) return { kept: 'yes', ...times };
  const reason = `${same} of ${saved.sample.length} answers are the same after reopening`;
  const empty = reopened.sample.every((rows) => rows.length === 0);
  return { kept: empty ? 'no' : 'changed', reason, ...times };
}

/**
 * The row of a peer's variant: `status` is 'measured', 'faulty' (figures are there, and so is what is
 * wrong with the answers) or 'failed' (what there is was measured before it failed).
 */
export async function measureRow(adapter, variant, { registry, data, plan }) {
  const { name } = variant;
  const settings = Object.fromEntries(
    Object.entries(variant).filter(([key, value]) => key !== 'name' && typeof value !== 'object'),
  );
  const row = { peer: adapter.name, variant: name, package: adapter.package, settings };
  row.runs = adapter.runs;
  if (adapter.note) row.note = adapter.note;
  row.knob = knobOf(adapter, variant)?.name ?? null;
  row.points = [];
  const seen = {};
  const directory = await mkdtemp(path.join(os.tmpdir(), 'damask-peers-'));
  const job = { registry, peer: adapter.name, variant: name, directory, data, plan };
  try {
    const failure = await inProcess({ ...job, kind: 'measure' }, plan.rowSeconds, (step) => {
      const { point, known, saved, ...figures } = step;
      if (point) row.points.push(point);
      Object.assign(seen, known && { known }, saved && { saved });
      Object.assign(row, figures);
    });
    row.persistence = { kept: adapter.reopen ? 'not measured' : 'not offered' };
    if (seen.saved) row.persistence = await persistenceOf(job, seen.saved, plan.rowSeconds);
    return judged(row, failure, seen.known);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The row with its verdict. */
export function judged(row, failure, known) {
  const faults = [...new Set(row.points.flatMap((point) => point.faults))];
  if (known && known.right < known.of)
    faults.push(`${known.of - known.right} of ${known.of} stored vectors do not find themselves`);
  const points = row.points.map(({ faults: _, ...point }) => point);
  const at = Object.fromEntries(RECALLS.map((recall) => [recall, fastestAt(points, recall)]));
  const verdict =
    failure !== undefined
      ? { status: 'failed', reason: failure }
      : faults.length
        ? { status: 'faulty', reason: faults.join('; ') }
        : { status: 'measured' };
  return { ...row, points, at, ...verdict };
}
