import type { Atlas, Filter } from '../atlas.js';
import { lastPart } from '../naming.js';

/** A point of the map: its place, its row in the atlas, and its rank among the hits. */
export type Point = [x: number, y: number, row: number, rank?: number];

/** What the map shows beside all patterns: rows of hits, best first, and of the picked pattern. */
export interface Lit {
  hits: readonly number[];
  picked: number | undefined;
  filter: Filter;
}

/** The value of a custom property `--map-...` where the map is. */
export type Colour = (name: string) => string;

/** From this many patterns on the dots are smaller. */
const MANY = 10_000;

/** The dots of all patterns: those that the filter leaves out are dimmed. */
function dots(atlas: Atlas, filter: Filter, colour: Colour) {
  const rows = Array.from({ length: atlas.size }, (_, row) => row);
  const matches = atlas.matcher(filter);
  const place = (row: number): Point => [...atlas.placeOf(row), row];
  const symbolSize = atlas.size > MANY ? 3 : 4.5;
  const common = { type: 'scatter', emphasis: { scale: 2.2 }, progressive: 0, symbolSize };
  return [
    {
      ...common,
      id: 'excluded',
      data: rows.filter((row) => !matches(row)).map(place),
      itemStyle: { color: colour('excluded'), opacity: 1 },
    },
    {
      ...common,
      id: 'patterns',
      data: rows.filter(matches).map(place),
      itemStyle: { color: colour('pattern'), opacity: 1 },
    },
  ];
}

/** The names of the regions, as many as have room. */
function regions(atlas: Atlas, colour: Colour) {
  return {
    id: 'regions',
    type: 'scatter',
    silent: true,
    symbolSize: 0.1,
    data: atlas.regions.map(({ x, y, domain }) => ({ value: [x, y], name: domain })),
    label: {
      show: true,
      formatter: ({ name }: { name: string }) => lastPart(name),
      color: colour('region'),
      textBorderColor: colour('ground'),
      textBorderWidth: 3,
      fontSize: 11,
      minMargin: 12,
    },
    labelLayout: { hideOverlap: true },
  };
}

/** Lines from the picked pattern to its neighbours. */
function threads(atlas: Atlas, { hits, picked }: Lit, colour: Colour) {
  const from = picked === undefined ? undefined : atlas.placeOf(picked);
  return {
    id: 'threads',
    type: 'lines',
    coordinateSystem: 'cartesian2d',
    silent: true,
    data: from === undefined ? [] : hits.map((row) => ({ coords: [from, atlas.placeOf(row)] })),
    lineStyle: { color: colour('picked'), width: 1.2, opacity: 0.55, curveness: 0.12 },
    zlevel: 1,
  };
}

/** The hits by rank, the best drawn last, and the picked pattern. */
function lights(atlas: Atlas, { hits, picked }: Lit, colour: Colour) {
  const ranked = hits.map((row, index): Point => [...atlas.placeOf(row), row, index + 1]);
  const common = { type: 'scatter', emphasis: { scale: 1.3 }, zlevel: 1 };
  return [
    {
      ...common,
      id: 'hits',
      data: ranked.reverse(),
      symbolSize: 17,
      itemStyle: {
        color: colour('hit'),
        borderColor: colour('ground'),
        borderWidth: 1.5,
        opacity: 1,
      },
      label: {
        show: true,
        formatter: ({ data }: { data: Point }) => `${data[3]}`,
        color: colour('ground'),
        fontSize: 10,
        fontWeight: 700,
      },
    },
    {
      ...common,
      id: 'picked',
      data: picked === undefined ? [] : [[...atlas.placeOf(picked), picked]],
      symbol: 'diamond',
      symbolSize: 24,
      itemStyle: {
        color: colour('picked'),
        borderColor: colour('ground'),
        borderWidth: 2,
        opacity: 1,
      },
    },
  ];
}

/** Everything that is drawn. */
export function drawing(atlas: Atlas, lit: Lit, colour: Colour) {
  return [
    ...dots(atlas, lit.filter, colour),
    regions(atlas, colour),
    threads(atlas, lit, colour),
    ...lights(atlas, lit, colour),
  ];
}
