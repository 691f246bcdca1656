/** The parts of the workload, in its order. */
export const PHASES = ['build', 'search', 'filtered', 'scan', 'replace', 'save', 'open'];

/** What may not grow by more than this. */
export const TOLERANCE = 0.03;
const GATED = ['instructions', 'distances', 'bytesFromL2', 'bytesFromMemory'];
/** Fewer bytes than this are noise: where memory happens to lie decides. */
const LEAST_BYTES = 1 << 20;
const LINE = 64;

/** The figures of one phase, from what callgrind wrote of it. */
export function figuresOf(text, distances) {
  const names = /^events: (.*)$/m.exec(text)[1].split(' ');
  const totals = /^totals: (.*)$/m.exec(text)[1].split(' ').map(Number);
  const of = Object.fromEntries(names.map((name, i) => [name, totals[i] ?? 0]));
  return {
    instructions: of.Ir,
    ...(distances === undefined ? {} : { distances }),
    bytesFromL2: LINE * (of.D1mr + of.D1mw),
    bytesFromMemory: LINE * (of.DLmr + of.DLmw),
    mispredicted: of.Bcm + of.Bim,
  };
}

function verdictOf(figure, before, now) {
  if (before === undefined) return 'new';
  if (!GATED.includes(figure)) return '';
  if (figure.startsWith('bytes') && Math.max(before, now) < LEAST_BYTES) return '';
  if (now > before * (1 + TOLERANCE)) return 'MORE';
  if (now < before * (1 - TOLERANCE)) return 'less: update the baseline';
  return 'same';
}

/** A row for each figure; one that was counted under other circumstances has nothing to be held to. */
export function compare(baseline, { compiler, workload, phases }) {
  const comparable =
    baseline !== undefined && JSON.stringify(baseline.workload) === JSON.stringify(workload);
  return Object.entries(phases).flatMap(([phase, figures]) =>
    Object.entries(figures).map(([figure, now]) => {
      // Another compiler makes other instructions of the same source, but no other distances.
      const held = comparable && (figure === 'distances' || baseline.compiler === compiler);
      const before = held ? baseline.phases[phase]?.[figure] : undefined;
      const change = before === undefined ? undefined : (now - before) / before;
      return { phase, figure, before, now, change, verdict: verdictOf(figure, before, now) };
    }),
  );
}
