/** The middle value; of an even number the upper one. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * The rows most like the query, best first: plain float64 cosine over every row, ties to the
 * smaller row. It shares no code with damask, so recall against it means something.
 */
export function nearestRows(vectors, query, k) {
  const dimension = query.length;
  const rows = [];
  for (let row = 0; row * dimension < vectors.length; row += 1) {
    let dot = 0;
    let squares = 0;
    for (let i = 0; i < dimension; i += 1) {
      const component = vectors[row * dimension + i];
      dot += component * query[i];
      squares += component * component;
    }
    rows.push({ row, cosine: dot / Math.sqrt(squares) });
  }
  rows.sort((a, b) => b.cosine - a.cosine || a.row - b.row);
  return rows.slice(0, k).map(({ row }) => row);
}

/** The share of the true neighbours' ids that was found, over all questions. */
export function recall(truth, answers) {
  let found = 0;
  let wanted = 0;
  truth.forEach((ids, question) => {
    const hits = new Set(answers[question].map(({ id }) => id));
    found += ids.filter((id) => hits.has(id)).length;
    wanted += ids.length;
  });
  return found / wanted;
}
