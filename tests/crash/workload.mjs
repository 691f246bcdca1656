/** A seeded generator in [0, 1): mulberry32. */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The embedding that belongs to an id and version: components in [-1, 1], multiples of 1/64. */
export function embeddingOf(id, version, dimension) {
  let hash = 2166136261 + version;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  const next = random(hash);
  return Float32Array.from(
    { length: dimension },
    () => Math.round(next() * 128 - 64) / 64 + 1 / 256,
  );
}
