import type { HealthSample } from '../../../health/shape.js';
import type { Size, View } from '../../observer.js';
import { isWriter } from '../../verdict.js';
import { bytes, count, microseconds, percent, rate } from '../format.js';
import { Chart, type Column, type ChartOptions } from './chart.js';

const fromZero: ChartOptions['span'] = (_, largest) => [0, largest > 0 ? largest * 1.1 : 1];

/** Recall is near 1, where small differences matter. */
const nearOne: ChartOptions['span'] = (least) => [Math.max(0, least - 0.01), 1];

const DEGREES = ['0', '1', '2', '3', '4', '5', '6', '7'];

/** The charts of a store, in their order on the page. */
export class Charts {
  readonly #recall = new Chart({
    title: 'Recall, estimated with its 95% interval',
    lines: [
      { label: 'recall', colour: '--series-1' },
      { label: 'at most', colour: '--band', edge: true },
      { label: 'at least', colour: '--band', edge: true },
    ],
    band: [1, 2],
    ...{ format: percent, span: nearOne },
  });
  readonly #latency = new Chart({
    title: 'How long searches take',
    lines: [
      { label: 'median', colour: '--series-1' },
      { label: '95 of 100', colour: '--series-2', dash: [6, 3] },
      { label: '99 of 100', colour: '--series-3', dash: [2, 2] },
    ],
    ...{ format: microseconds, span: fromZero },
  });
  readonly #rate = new Chart({
    title: 'Searches per second',
    lines: [{ label: 'per second', colour: '--series-1', fill: true }],
    ...{ format: rate, span: fromZero },
  });
  readonly #size = new Chart({
    title: 'Patterns, and deleted ones that take room',
    lines: [
      { label: 'patterns', colour: '--series-1' },
      { label: 'deleted', colour: '--series-3', dash: [6, 3] },
    ],
    ...{ format: count, span: fromZero, whole: true },
  });
  readonly #memory = new Chart({
    title: 'Memory',
    lines: [{ label: 'allocated', colour: '--series-1', fill: true }],
    ...{ format: bytes, span: fromZero },
  });
  readonly #degrees = new Chart({
    title: 'Weakly linked patterns, by the links that lead to them',
    lines: [{ label: 'patterns with fewer than 8', colour: '--series-2' }],
    columns: DEGREES,
    ...{ format: count, span: fromZero, whole: true },
  });

  constructor(parent: HTMLElement) {
    for (const chart of this.#all()) parent.append(chart.element);
  }

  show(view: View): void {
    const { history, sizes } = view;
    const times = history.map(({ at }) => at / 1e3);
    const column = (read: (sample: HealthSample) => number | undefined): Column =>
      history.map((it) => read(it) ?? null);
    this.#recall.show(
      times,
      column((it) => it.recall?.value),
      column((it) => it.recall?.high),
      column((it) => it.recall?.low),
    );
    this.#latency.show(
      times,
      column((it) => it.searchUs?.p50),
      column((it) => it.searchUs?.p95),
      column((it) => it.searchUs?.p99),
    );
    this.#rate.show(
      times,
      column((it) => it.searchesPerSecond),
    );
    const all = withSamples(history, sizes);
    const moments = all.map(({ at }) => at / 1e3);
    this.#size.show(
      moments,
      all.map(({ count: patterns }) => patterns),
      all.map(({ tombstones }) => tombstones),
    );
    // What a reader holds itself is another store's memory.
    const held = isWriter(view) || history.length === 0 ? all : withSamples(history, []);
    this.#memory.show(
      held.map(({ at }) => at / 1e3),
      held.map(({ memory }) => memory),
    );
    const degrees = history.filter(({ census }) => census).at(-1)?.census?.lowInDegrees;
    this.#degrees.show([...DEGREES.keys()], degrees ?? []);
  }

  redraw(): void {
    for (const chart of this.#all()) chart.redraw();
  }

  #all(): Chart[] {
    return [this.#recall, this.#latency, this.#rate, this.#size, this.#memory, this.#degrees];
  }
}

/** What the writer has kept, and what this server has seen itself, in the order of time. */
function withSamples(history: readonly HealthSample[], sizes: readonly Size[]): Size[] {
  const kept = history.map(({ at, count: patterns, tombstones, memory }) => ({
    ...{ at, count: patterns, tombstones },
    memory: memory.graph + memory.codes + memory.records,
  }));
  return [...kept, ...sizes].sort((a, b) => a.at - b.at);
}
