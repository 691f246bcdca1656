import { html, nothing, type TemplateResult } from 'lit-html';
import type { View } from '../../observer.js';
import { memoryOf, newest } from '../../verdict.js';
import { bytes, count, microseconds, percent, rate, UNMEASURED } from '../format.js';

interface Tile {
  name: string;
  value: string | undefined;
  note?: string | undefined;
}

/** The newest figures. */
export function tiles(view: View): TemplateResult {
  return html`<dl class="tiles">
    ${tilesOf(view).map(
      ({ name, value, note }) =>
        html`<div class="card tile">
          <dt>${name}</dt>
          <dd class=${value === undefined ? 'empty' : ''}>${value ?? UNMEASURED}</dd>
          ${
            value === undefined || note === undefined
              ? nothing
              : html`<dd class="note">${note}</dd>`
          }
        </div>`,
    )}
  </dl>`;
}

function tilesOf(view: View): Tile[] {
  const { stats } = view;
  const sample = newest(view);
  const recall = sample?.recall;
  const timed = sample?.searchUs;
  const p50 = timed?.p50 ?? stats?.p50LatencyUs;
  const p99 = timed?.p99 ?? stats?.p99LatencyUs;
  const tombstones = stats && stats.slots - stats.count;
  const census = sample?.census;
  const memory = memoryOf(view);
  const misses = sample?.selfMisses;
  return [
    { name: 'Patterns', value: stats && count(stats.count), note: stats && indexNote(view) },
    {
      name: 'Recall, estimated',
      value: recall && percent(recall.value),
      note:
        recall &&
        `95% interval ${percent(recall.low)} to ${percent(recall.high)}, ${count(recall.trials)} trials`,
    },
    {
      name: 'Search, median',
      value: p50 === undefined ? undefined : microseconds(p50),
      note: p99 === undefined ? undefined : `99 of 100 within ${microseconds(p99)}`,
    },
    {
      name: 'Searches per second',
      value: sample && rate(sample.searchesPerSecond),
      note: sample && `${count(sample.searches)} since the sample before`,
    },
    {
      name: 'Memory',
      value: memory === undefined ? undefined : bytes(memory),
      note:
        memory !== undefined && stats && stats.count > 0
          ? `${bytes(memory / stats.count)} per pattern`
          : undefined,
    },
    {
      name: 'Deleted, taking room',
      value: tombstones === undefined ? undefined : count(tombstones),
      note:
        stats && stats.slots > 0
          ? `${percent((tombstones ?? 0) / stats.slots)} of all nodes`
          : undefined,
    },
    {
      name: 'Unreachable',
      value: census && count(census.unreachable),
      note: census && `of ${count(census.live)} linked patterns`,
    },
    {
      name: 'Not found by themselves',
      value: misses && percent(misses.value),
      note: misses && `${count(misses.trials)} patterns tried`,
    },
  ];
}

function indexNote({ stats }: View): string {
  return stats?.indexType === 'flat' ? 'every search is exact' : `${stats?.metric ?? ''}, graph`;
}
