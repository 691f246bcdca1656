// What a search took, in microseconds: by the wall, of the processor, or told from its distances.
import process from 'node:process';

export const CLOCKS = ['wall', 'cpu', 'distances'];

function stopwatch(now) {
  return (search) => {
    const began = now();
    const answer = search();
    return { answer, us: now() - began };
  };
}

const processor = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** `perDistance` and `perSearch` are for `distances`: measured once, they make every run the same. */
export function clockOf(name, { perSearch, perDistance } = {}) {
  if (name === 'wall') return stopwatch(() => performance.now() * 1000);
  if (name === 'cpu') return stopwatch(processor);
  return (search) => {
    const answer = search();
    return { answer, us: perSearch + perDistance * answer.report.distanceComputations };
  };
}
