const median = (values) => [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];

/** The part of the true k that was found. */
export function recallOf(answers, truth, k) {
  let found = 0;
  answers.forEach((ids, q) => {
    const rows = new Set(truth[q].slice(0, k));
    found += ids.filter((id) => rows.has(id)).length;
  });
  return found / (answers.length * k);
}

/** A row for each target: the medians of its runs, beside those of the first. */
export function summarise(targets, runs) {
  const rows = targets.map(({ name, runtime, backend }) => {
    const all = runs.get(name);
    const failed = all.find(({ error }) => error !== undefined);
    if (failed) return { target: name, runtime, backend, error: failed.error };
    const [{ version, instructionSet, sha256, recall }] = all;
    const of = (figure) => median(all.map((it) => it[figure]));
    return {
      ...{ target: name, runtime, version, backend, instructionSet, recall },
      ...{ p50Us: of('p50Us'), perSecond: 1e6 / of('usPerSearch'), openMs: of('openMs') },
      sha256: all.every((it) => it.sha256 === sha256) ? sha256 : 'differs from run to run',
    };
  });
  const first = rows.find(({ error }) => error === undefined);
  return rows.map((row) =>
    row.error === undefined
      ? { ...row, ratio: row.p50Us / first.p50Us, sameAnswers: row.sha256 === first.sha256 }
      : row,
  );
}

export function tableOf(rows) {
  const line = (...cells) =>
    cells.map((it, i) => (i === 0 ? it.padEnd(24) : it.padStart(14))).join('');
  return [
    line(
      '',
      'version',
      'kernels',
      'p50 us',
      'per s',
      'times first',
      'open ms',
      'recall',
      'answers',
    ),
    ...rows.map((row) =>
      row.error === undefined
        ? line(
            ...[row.target, row.version, row.instructionSet],
            ...[row.p50Us.toFixed(1), row.perSecond.toFixed(0), row.ratio.toFixed(2)],
            ...[row.openMs.toFixed(0), row.recall.toFixed(4), row.sameAnswers ? 'same' : 'DIFFER'],
          )
        : `${row.target.padEnd(26)}  FAILED: ${row.error}`,
    ),
  ].join('\n');
}
