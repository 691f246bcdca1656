import { html, type TemplateResult } from 'lit-html';
import type { PatternStoreStats } from '../../../interface.js';
import type { View } from '../../observer.js';
import { bytes, count } from '../format.js';

/** What runs, and what a crash would lose now. */
export function details({ info, stats, health }: View): TemplateResult {
  const rows: [string, string | undefined][] = [
    ['Engine', `${info.type}, ${info.instructionSet}, ${info.target}`],
    ['Kept in', info.storage === 'none' ? 'memory alone' : info.storage],
    ['Threads that link', count(info.buildThreads)],
    [
      'Vectors',
      stats && `${count(stats.dimension)} components, ${stats.metric}, ${stats.precision}`,
    ],
    [
      'Durability',
      health?.durability.policy === 'none'
        ? 'this process writes nothing'
        : health?.durability.policy,
    ],
    ['A crash would lose', stats && lossOf(stats, info.storage, health?.writer === true)],
    ['Snapshot', stats && `generation ${count(stats.generation)}`],
    [
      'Journal to replay',
      health?.writer === true ? bytes(health.durability.journalBytes) : undefined,
    ],
    ['Changes in its life', stats && count(stats.sequence)],
    [
      'Engines passed over',
      info.passedOver.length > 0
        ? info.passedOver.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ')
        : 'none',
    ],
  ];
  return html`<details class="card">
    <summary>What runs</summary>
    <dl class="facts">
      ${rows.flatMap(([name, value]) =>
        value === undefined
          ? []
          : [
              html`<dt>${name}</dt>
                <dd>${value}</dd>`,
            ],
      )}
    </dl>
    <p class="muted">For Prometheus: <a href="metrics">/metrics</a></p>
  </details>`;
}

/** What is not stored yet: only the process that writes can know it. */
function lossOf(
  { pendingChanges, pendingBytes }: PatternStoreStats,
  storage: string,
  isStoring: boolean,
): string {
  if (storage === 'none') return 'everything: the store is in memory alone';
  if (!isStoring) return 'known to the process that writes';
  return `${count(pendingChanges)} changes, ${bytes(pendingBytes)}`;
}
