/**
 * What a side answered: `name`; `answers.graph` and `answers.exact`, for each question its hits as
 * `{id, scoreBits}`; `sha256` of the snapshot after opening it and saving it again.
 */

const show = ({ id, scoreBits }) => `${id} (score bits ${scoreBits.toString(16).padStart(8, '0')})`;

function* hitDifferences(first, other, plan) {
  for (const [question, hits] of first.answers[plan].entries()) {
    const others = other.answers[plan][question] ?? [];
    const length = Math.max(hits.length, others.length);
    for (let rank = 0; rank < length; rank += 1) {
      const [here, there] = [hits[rank], others[rank]];
      if (here?.id === there?.id && here?.scoreBits === there?.scoreBits) continue;
      yield (
        `question ${question + 1}, ${plan} search, rank ${rank + 1}: ` +
        `${first.name} has ${here ? show(here) : 'nothing'}, ` +
        `${other.name} has ${there ? show(there) : 'nothing'}`
      );
    }
  }
}

/** Every way in which the sides differ from the first, as sentences; none when all agree. */
export function differences([first, ...others]) {
  const found = [];
  for (const other of others) {
    for (const plan of ['graph', 'exact']) found.push(...hitDifferences(first, other, plan));
    if (first.sha256 !== other.sha256) {
      found.push(
        `re-saved snapshot: ${first.name} has SHA-256 ${first.sha256}, ${other.name} ${other.sha256}`,
      );
    }
  }
  return found;
}
