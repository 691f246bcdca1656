// One figure of each of the compared, as bars with their numbers.
import { OURS, TEXT, THEIRS, chart } from './style.mjs';

/** `bars` are { name, value, ours }, drawn in this order. */
export function barsChart({ title, axis, bars, format = ',.0f' }) {
  const names = bars.map(({ name }) => name);
  const most = Math.max(...bars.map(({ value }) => value));
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    axis: { title: null, labelLimit: 320, domain: false, ticks: false },
  };
  const scale = { domain: [0, most * 1.12], nice: false };
  const x = { field: 'value', type: 'quantitative', scale, axis: { title: axis, tickCount: 6 } };
  return chart({
    title,
    width: 480,
    height: { step: 18 },
    data: { values: bars.map((bar) => ({ ...bar, side: bar.ours ? 'damask' : 'peer' })) },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.7 } },
        encoding: {
          y,
          x,
          color: {
            field: 'side',
            type: 'nominal',
            scale: { domain: ['damask', 'peer'], range: [OURS, THEIRS] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, color: TEXT, fontSize: 11 },
        encoding: { y, x, text: { field: 'value', type: 'quantitative', format } },
      },
    ],
  });
}
