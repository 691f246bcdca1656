/** A domain lies together when half of its patterns are this close to its middle (the map is 1 wide). */
const CLOSE = 0.06;

/** Smaller domains are not worth a name on the map. */
const LEAST_PATTERNS = 5;

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * The domains that lie together on the map, as `{domain, x, y}`, those of most patterns first.
 * `points` are `{x, y, domain}` with x and y in [0, 1].
 */
export function findRegions(points) {
  const members = new Map();
  for (const point of points) {
    if (!members.has(point.domain)) members.set(point.domain, []);
    members.get(point.domain).push(point);
  }
  const regions = [];
  for (const [domain, group] of members) {
    if (group.length < LEAST_PATTERNS) continue;
    const x = middle(group.map((point) => point.x));
    const y = middle(group.map((point) => point.y));
    const close = group.filter((point) => Math.hypot(point.x - x, point.y - y) < CLOSE);
    if (2 * close.length >= group.length) regions.push({ domain, x, y, size: group.length });
  }
  regions.sort((a, b) => b.size - a.size || (a.domain < b.domain ? -1 : 1));
  return regions.map(({ domain, x, y }) => ({ domain, x, y }));
}
