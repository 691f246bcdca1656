import { LinesChart, ScatterChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';

import type { Atlas, Filter } from '../atlas.js';
import { drawing, type Lit, type Point } from './series.js';

use([
  CanvasRenderer,
  DataZoomInsideComponent,
  GridComponent,
  LabelLayout,
  LinesChart,
  ScatterChart,
  TooltipComponent,
]);

/** What the map needs of the page around it. */
export interface MapOptions {
  /** Called with the pattern that a person chose. */
  onPick: (id: string) => void;
  /** The HTML that describes a pattern under the pointer: its name, until the rest is there. */
  describe: (id: string, whole: (html: string) => void) => string;
}

/** The part of an axis that is seen, in percent. */
interface Window {
  start: number;
  end: number;
}

/** How much one press of a zoom button magnifies. */
const ZOOM_STEP = 1.8;
const AXES = ['x', 'y'] as const;

/** The map of all patterns, with hits lit. */
export class PatternMap {
  readonly #chart: ECharts;
  readonly #atlas: Atlas;
  readonly #element: HTMLElement;
  readonly #ring: HTMLElement;
  readonly #coarse = matchMedia('(pointer: coarse)').matches;
  #lit: Lit = { hits: [], picked: undefined, filter: {} };

  /** `ring` is the element, beside the map's, that marks a hit. */
  constructor(element: HTMLElement, ring: HTMLElement, atlas: Atlas, options: MapOptions) {
    this.#element = element;
    this.#ring = ring;
    this.#atlas = atlas;
    this.#chart = init(element);
    this.#chart.setOption(this.#frame(options.describe));
    this.#draw();
    this.#chart.on('click', ({ data }) => {
      const id = atlas.idOf((data as Point)[2]);
      if (id !== undefined) options.onPick(id);
    });
    this.#chart.on('datazoom', () => this.mark(undefined));
    new ResizeObserver(() => {
      this.#chart.resize();
      this.#draw();
    }).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  /** Lights the hits, best first, and the picked pattern; dims what the filter excludes. */
  show(hits: readonly string[], picked: string | undefined, filter: Filter): void {
    this.#lit = {
      hits: hits.flatMap((id) => this.#atlas.rowOf(id) ?? []),
      picked: picked === undefined ? undefined : this.#atlas.rowOf(picked),
      filter,
    };
    this.mark(undefined);
    this.#draw();
    if (!this.#lit.hits.every((row) => this.#isSeen(row))) this.reset();
  }

  /** Marks one pattern, or none. Nothing is drawn anew: that would hold up a search. */
  mark(id: string | undefined): void {
    const row = id === undefined ? undefined : this.#atlas.rowOf(id);
    this.#ring.hidden = row === undefined;
    if (row === undefined) return;
    const [x, y] = this.#pixelOf(row);
    this.#ring.style.translate = `${x}px ${y}px`;
  }

  /** Magnifies about the middle of what is seen; a negative step shrinks. */
  zoom(step: number): void {
    const factor = ZOOM_STEP ** -step;
    const windows = this.#windows().map(({ start, end }) => {
      const middle = (start + end) / 2;
      const half = Math.min(((end - start) / 2) * factor, 50);
      const first = Math.min(Math.max(middle - half, 0), 100 - 2 * half);
      return { start: first, end: first + 2 * half };
    });
    this.#zoomTo(windows);
  }

  /** Shows the whole map. */
  reset(): void {
    this.#zoomTo(AXES.map(() => ({ start: 0, end: 100 })));
  }

  #windows(): Window[] {
    return (this.#chart.getOption() as { dataZoom: Window[] }).dataZoom;
  }

  #isSeen(row: number): boolean {
    return this.#chart.containPixel('grid', this.#pixelOf(row));
  }

  #pixelOf(row: number): [x: number, y: number] {
    return this.#chart.convertToPixel('grid', this.#atlas.placeOf(row)) as [number, number];
  }

  #zoomTo(windows: readonly Window[]): void {
    this.#chart.dispatchAction({
      type: 'dataZoom',
      batch: windows.map((window, dataZoomIndex) => ({ dataZoomIndex, ...window })),
    });
    if (this.#coarse) this.#letTouchScroll(windows);
  }

  /** A finger on the whole map scrolls the page; on a part of it, it moves the map. */
  #letTouchScroll(windows: readonly Window[]): void {
    const whole = windows.every(({ start, end }) => end - start >= 100);
    this.#chart.setOption({ dataZoom: AXES.map((id) => ({ id, disabled: whole })) });
  }

  #frame(describe: MapOptions['describe']) {
    const axis = { type: 'value', show: false };
    return {
      animation: false,
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: { ...axis, min: -0.07, max: 1.07 },
      yAxis: { ...axis, min: -0.04, max: 1.04 },
      dataZoom: AXES.map((id) => ({
        id,
        type: 'inside',
        [`${id}AxisIndex`]: 0,
        filterMode: 'none',
        minSpan: 2,
        disabled: this.#coarse,
      })),
      tooltip: {
        // A tap chooses, and the choice is described below the map.
        show: !this.#coarse,
        confine: true,
        className: 'map-tooltip',
        formatter: (
          { data }: { data: Point },
          ticket: string,
          done: (ticket: string, html: string) => void,
        ) => describe(this.#atlas.idOf(data[2]) ?? '', (html) => done(ticket, html)),
      },
    };
  }

  #draw(): void {
    const styles = getComputedStyle(this.#element);
    const colour = (name: string) => styles.getPropertyValue(`--map-${name}`).trim();
    const width = this.#chart.getWidth();
    const series = drawing(this.#atlas, this.#lit, width, colour);
    this.#chart.setOption({ series }, { replaceMerge: ['series'] });
  }
}
