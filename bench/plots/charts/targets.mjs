import { barsChart } from './bars.mjs';

export function targetsCharts({ data, name, rows }) {
  const bars = rows
    .filter(({ p50Us }) => p50Us > 0)
    .map(({ target, p50Us, runtime }) => ({
      name: target,
      value: p50Us,
      ours: runtime === 'node',
    }));
  if (bars.length === 0) return {};
  const title = `${data?.name ?? name}: p50 of a search, us (node in orange)`;
  return { p50: barsChart({ title, axis: 'us', bars, format: ',.1f' }) };
}
