const TARGET = 0.95;

const cell = (value, digits) => value.toFixed(digits).padStart(9);

function pointLine({ ef, recall, perSecond, p50Us, p99Us, cpuUs }) {
  const figures = [
    cell(recall, 4),
    cell(perSecond, 0),
    ...[p50Us, p99Us, cpuUs].map((us) => cell(us, 1)),
  ];
  return `  ${String(ef).padStart(5)} ${figures.join(' ')}`;
}

/** The fastest measured point that reaches the target. */
export function chosenPoint(points, target = TARGET) {
  return points
    .filter(({ recall }) => recall >= target)
    .sort((a, b) => b.perSecond - a.perSecond)[0];
}

function backendText({ backend, instructionSet }, points, k) {
  const best = chosenPoint(points);
  return [
    '',
    `${backend} [${instructionSet}]`,
    `  ${'ef'.padStart(5)} ${[`recall@${k}`, 'per s', 'p50 us', 'p99 us', 'cpu us'].map((it) => it.padStart(9)).join(' ')}`,
    ...points.map(pointLine),
    best === undefined
      ? `  no ef reaches recall@${k} ${TARGET}`
      : `  at recall@${k} >= ${TARGET}: ${best.perSecond.toFixed(0)} searches per second, ` +
        `p50 ${best.p50Us.toFixed(1)} us, p99 ${best.p99Us.toFixed(1)} us ` +
        `(ef ${best.ef}, recall ${best.recall.toFixed(4)})`,
  ].join('\n');
}

/** One data set's figures as text. */
export function searchReport({ host, plan }, set) {
  const { processor, cores, system, node } = host;
  const built =
    set.buildSeconds === undefined
      ? 'index taken from build/bench-js'
      : `index built in ${set.buildSeconds.toFixed(1)} s (${(set.vectors / set.buildSeconds).toFixed(0)} vectors/s)`;
  return [
    `${processor}, ${cores} cores, ${system}, node ${node}; ` +
      `load before ${set.loadBefore.toFixed(2)}, after ${set.loadAfter.toFixed(2)}`,
    `${set.name}: ${set.vectors} vectors of ${set.dimension} dimensions, ${set.queries} queries; ` +
      `truth: ${set.truthSource}`,
    `k = ${plan.k}, m = ${plan.hnsw.m}, efConstruction = ${plan.hnsw.efConstruction}, one thread, ` +
      `${plan.passes} timed passes after one to warm up, backends in turn; ${built}`,
    ...set.engines.map((engine) =>
      backendText(
        engine,
        set.points.filter(({ backend }) => backend === engine.backend),
        plan.k,
      ),
    ),
    '',
  ].join('\n');
}
