import type { Atlas, Filter } from '../atlas.js';
import { lastPart } from '../naming.js';

/** A point of the map: its place, and its row in the atlas. */
export type Point = [x: number, y: number, row: number];

/** What the map shows beside all patterns: rows of hits, best first, and of the picked pattern. */
export interface Lit {
  hits: readonly number[];
  picked: number | undefined;
  filter: Filter;
}

/** The value of a custom property `--map-...` where the map is. */
export type Colour = (name: string) => string;

/** The dots are smaller where there are more than these, or where the map is narrower. */
const MANY = 10_000;
const NARROW = 480;

/** The canvases, from below. Without them ECharts moves series of more than 3,000 points to the top. */
const LAYER = { dots: 0, regions: 1, lit: 2 };

/** How high the best hit is drawn in its layer; the others are below it. */
const TOP = 100;

/** The dots of all patterns: those that the filter leaves out are dimmed. */
function dots(atlas: Atlas, filter: Filter, width: number, colour: Colour) {
  const rows = Array.from({ length: atlas.size }, (_, row) => row);
  const matches = atlas.matcher(filter);
  const place = (row: number): Point => [...atlas.placeOf(row), row];
  const filtered = Object.keys(filter).length > 0;
  const symbolSize = atlas.size > MANY || width < NARROW ? 3 : 4.5;
  const common = { type: 'scatter', emphasis: { scale: 2.2 }, progressive: 0, zlevel: LAYER.dots };
  return [
    {
      ...common,
      id: 'excluded',
      data: rows.filter((row) => !matches(row)).map(place),
      symbolSize,
      itemStyle: { color: colour('excluded'), opacity: 1 },
    },
    {
      ...common,
      id: 'patterns',
      data: rows.filter(matches).map(place),
      symbolSize: filtered ? symbolSize + 2 : symbolSize,
      itemStyle: { color: colour(filtered ? 'match' : 'pattern'), opacity: 1 },
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
    zlevel: LAYER.regions,
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
    z: 0,
    zlevel: LAYER.lit,
  };
}

/** A hit with its rank. Each is a series of its own, so that a better one covers it whole. */
function hit(atlas: Atlas, row: number, index: number, colour: Colour) {
  return {
    id: `hit ${index}`,
    type: 'scatter',
    data: [[...atlas.placeOf(row), row]],
    symbolSize: 18,
    itemStyle: {
      color: colour('hit'),
      borderColor: colour('ground'),
      borderWidth: 1.5,
      opacity: 1,
    },
    label: {
      show: true,
      formatter: `${index + 1}`,
      color: colour('ground'),
      fontSize: 10,
      fontWeight: 700,
    },
    z: TOP - index,
    zlevel: LAYER.lit,
  };
}

/** The pattern whose neighbours the hits are. */
function chosen(atlas: Atlas, row: number, colour: Colour) {
  return {
    id: 'picked',
    type: 'scatter',
    data: [[...atlas.placeOf(row), row]],
    symbol: 'diamond',
    symbolSize: 24,
    itemStyle: {
      color: colour('picked'),
      borderColor: colour('ground'),
      borderWidth: 2,
      opacity: 1,
    },
    z: TOP + 1,
    zlevel: LAYER.lit,
  };
}

/** Everything that is drawn on a map of this width. */
export function drawing(atlas: Atlas, lit: Lit, width: number, colour: Colour) {
  return [
    ...dots(atlas, lit.filter, width, colour),
    regions(atlas, colour),
    threads(atlas, lit, colour),
    ...lit.hits.map((row, index) => hit(atlas, row, index, colour)),
    ...(lit.picked === undefined ? [] : [chosen(atlas, lit.picked, colour)]),
  ];
}
