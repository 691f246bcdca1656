// What happens to the store, horizon by horizon: the same for every arm, a pure function of its seed.
import { random } from '../js/dataset.mjs';

/** Where the trace's events are, as parts of its length. */
export const EVENTS = {
  moves: [0.15, 0.3],
  doubled: [0.35, 0.65],
  harder: [0.6, 0.75],
  easier: 0.9,
};

/** Queries of one subject: this part of them all. */
const SUBJECT = 0.2;

const ramp = (at, [from, to]) => Math.min(1, Math.max(0, (at - from) / (to - from)));

/** What the trace is like at a moment, as parts: of the second subject, of hard queries, of the load. */
export function weatherAt(at) {
  return {
    moved: ramp(at, EVENTS.moves),
    hard: at >= EVENTS.easier ? 0 : ramp(at, EVENTS.harder),
    load: at >= EVENTS.doubled[0] && at < EVENTS.doubled[1] ? 2 : 1,
  };
}

const CALM = { moved: 0, hard: 0, load: 1 };

function shuffled(count, from, next) {
  const order = Array.from({ length: count }, (_, i) => from + i);
  for (let i = count - 1; i > 0; --i) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The nearest of all queries to one of them, itself included. */
function subjectOf(queries, centre) {
  const at = queries.row(centre);
  const score = (i) => queries.row(i).reduce((sum, it, j) => sum + it * at[j], 0);
  const scores = Array.from({ length: queries.count }, (_, i) => score(i));
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  return order.slice(0, Math.max(2, Math.round(SUBJECT * queries.count)));
}

/** Of the second text's vector, what is taken away. */
const UNLIKE = 0.8;

/** What is like one text and unlike another: few patterns are near it, and many are as far. */
export function contrast(a, b) {
  const left = a.map((it, j) => it - UNLIKE * b[j]);
  const length = Math.sqrt(left.reduce((total, it) => total + it * it, 0));
  return left.map((it) => it / length);
}

/**
 * `horizons` of `{ load, hard, moved, inserted, removed, queries, sampled, gaps }`: rows to insert and to
 * remove, vectors to ask for, which of those are repeated exactly for the controllers, and the gaps
 * between their arrivals, of mean 1.
 */
export function* traceOf({
  base,
  queries,
  seed,
  horizons,
  start,
  changes,
  searches,
  samples,
  calm,
}) {
  const next = random(seed);
  for (let i = 0; i < 20; ++i) next();
  const fresh = shuffled(base.count - start, start, next);
  const live = shuffled(start, 0, next);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const subjects = [0, 1].map(() => subjectOf(queries, Math.floor(next() * queries.count)));
  for (let horizon = 0; horizon < horizons; ++horizon) {
    const weather = calm ? CALM : weatherAt(horizon / horizons);
    const inserted = fresh.splice(0, changes.inserted + changes.replaced);
    // The longest there go first, in an order of their own.
    const removed = live.splice(0, Math.min(changes.replaced, inserted.length));
    live.push(...inserted);
    const asked = Array.from({ length: searches * weather.load }, () => {
      const one = () => queries.row(pick(subjects[next() < weather.moved ? 1 : 0]));
      const wanted = one();
      if (next() >= weather.hard) return wanted;
      return contrast(wanted, queries.row(Math.floor(next() * queries.count)));
    });
    yield {
      ...weather,
      ...{ inserted, removed, queries: asked },
      sampled: shuffled(asked.length, 0, next).slice(0, samples),
      gaps: asked.map(() => -Math.log(1 - next())),
    };
  }
}
