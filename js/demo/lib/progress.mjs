import { Presets, SingleBar } from 'cli-progress';

/** Without a terminal a line is printed each time this share of the work is done. */
const PLAIN_STEP = 0.2;

const grouped = (number) => number.toLocaleString('en-US');

/**
 * Shows how far a piece of work is: a bar on a terminal, now and then a line elsewhere. `weight` is
 * what the time goes by (characters, say), `count` what a person counts.
 */
export function startProgress(label, totalWeight, totalCount, output = process.stdout) {
  let weight = 0;
  let count = 0;
  if (output.isTTY) {
    const bar = new SingleBar(
      {
        format: `  ${label} [{bar}] {percentage}%  {count} of ${grouped(totalCount)}  {eta_formatted} left`,
        barsize: 28,
        hideCursor: true,
        stream: output,
        clearOnComplete: true,
      },
      Presets.legacy,
    );
    bar.start(totalWeight, 0, { count: 0 });
    return {
      advance(addedWeight, addedCount) {
        count += addedCount;
        bar.increment(addedWeight, { count: grouped(count) });
      },
      stop: () => bar.stop(),
    };
  }
  let nextLine = PLAIN_STEP;
  return {
    advance(addedWeight, addedCount) {
      weight += addedWeight;
      count += addedCount;
      if (weight < nextLine * totalWeight) return;
      output.write(`  ${label}: ${grouped(count)} of ${grouped(totalCount)}\n`);
      while (weight >= nextLine * totalWeight) nextLine += PLAIN_STEP;
    },
    stop() {},
  };
}
