import { ScatterChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';

import type { Atlas, Filter } from './atlas.js';
import { shortDomain } from './naming.js';

use([
  CanvasRenderer,
  DataZoomInsideComponent,
  GridComponent,
  LabelLayout,
  ScatterChart,
  TooltipComponent,
]);

/** What the map needs of the page around it. */
export interface MapOptions {
  /** Called with the pattern that a person chose. */
  onPick: (id: string) => void;
  /** The HTML that describes a pattern under the pointer. */
  describe: (id: string) => Promise<string>;
}

type Point = [x: number, y: number, row: number];

/** How much one press of a zoom button magnifies. */
const ZOOM_STEP = 1.8;
const AXES = ['x', 'y'] as const;

/** The map of all patterns, with hits lit. */
export class PatternMap {
  readonly #chart: ECharts;
  readonly #atlas: Atlas;
  readonly #element: HTMLElement;
  readonly #coarse = matchMedia('(pointer: coarse)').matches;
  #filter: Filter = {};
  #hits: readonly number[] = [];
  #picked: number | undefined;

  constructor(element: HTMLElement, atlas: Atlas, options: MapOptions) {
    this.#element = element;
    this.#atlas = atlas;
    this.#chart = init(element);
    this.#chart.setOption(this.#frame(options.describe));
    this.#draw();
    this.#chart.on('click', ({ data }) => {
      const id = atlas.idOf((data as Point)[2]);
      if (id !== undefined) options.onPick(id);
    });
    new ResizeObserver(() => this.#chart.resize()).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  /** Lights the hits, best first, and the picked pattern; dims what the filter excludes. */
  show(hits: readonly string[], picked: string | undefined, filter: Filter): void {
    const rowsOf = (ids: readonly string[]) => ids.flatMap((id) => this.#atlas.rowOf(id) ?? []);
    this.#hits = rowsOf(hits);
    this.#picked = picked === undefined ? undefined : this.#atlas.rowOf(picked);
    this.#filter = filter;
    this.#draw();
  }

  /** Makes one hit stand out, or none. */
  highlight(id: string | undefined): void {
    this.#chart.dispatchAction({ type: 'downplay', seriesId: 'hits' });
    const dataIndex = id === undefined ? -1 : this.#hits.indexOf(this.#atlas.rowOf(id) ?? -1);
    if (dataIndex >= 0)
      this.#chart.dispatchAction({ type: 'highlight', seriesId: 'hits', dataIndex });
  }

  /** Magnifies about the middle of what is seen; a negative step shrinks. */
  zoom(step: number): void {
    const factor = ZOOM_STEP ** -step;
    const windows = this.#windows().map(({ start, end }) => {
      const [middle, half] = [(start + end) / 2, ((end - start) / 2) * factor];
      return half >= 50 ? { start: 0, end: 100 } : { start: middle - half, end: middle + half };
    });
    this.#zoomTo(windows);
  }

  /** Shows the whole map. */
  reset(): void {
    this.#zoomTo(AXES.map(() => ({ start: 0, end: 100 })));
  }

  #windows(): { start: number; end: number }[] {
    return (this.#chart.getOption() as { dataZoom: { start: number; end: number }[] }).dataZoom;
  }

  #zoomTo(windows: { start: number; end: number }[]): void {
    this.#chart.dispatchAction({
      type: 'dataZoom',
      batch: windows.map((window, dataZoomIndex) => ({ dataZoomIndex, ...window })),
    });
    if (this.#coarse) this.#letTouchScroll(windows);
  }

  /** A finger on the whole map scrolls the page; on a part of it, it moves the map. */
  #letTouchScroll(windows: { start: number; end: number }[]): void {
    const whole = windows.every(({ start, end }) => end - start >= 100);
    this.#chart.setOption({ dataZoom: AXES.map((id) => ({ id, disabled: whole })) });
  }

  #frame(describe: MapOptions['describe']) {
    const axis = { type: 'value', min: -0.03, max: 1.03, show: false };
    return {
      animationDuration: 0,
      animationDurationUpdate: 250,
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: axis,
      yAxis: axis,
      dataZoom: AXES.map((id) => ({
        id,
        type: 'inside',
        [`${id}AxisIndex`]: 0,
        filterMode: 'none',
        minSpan: 2,
        disabled: this.#coarse,
      })),
      tooltip: {
        confine: true,
        className: 'map-tooltip',
        formatter: (
          { data }: { data: Point },
          ticket: string,
          done: (t: string, h: string) => void,
        ) => {
          void describe(this.#atlas.idOf(data[2]) ?? '').then((text) => done(ticket, text));
          return '';
        },
      },
    };
  }

  #draw(): void {
    const colours = getComputedStyle(this.#element);
    const colour = (name: string) => colours.getPropertyValue(`--map-${name}`).trim();
    const point = (row: number): Point => [...this.#atlas.placeOf(row), row];
    const rows = Array.from({ length: this.#atlas.size }, (_, row) => row);
    const matches = this.#atlas.matcher(this.#filter);
    const dots = { type: 'scatter', emphasis: { scale: 2 } };
    this.#chart.setOption({
      series: [
        {
          ...dots,
          id: 'others',
          data: rows.filter((row) => !matches(row)).map(point),
          symbolSize: 3,
          itemStyle: { color: colour('excluded') },
        },
        {
          ...dots,
          id: 'patterns',
          data: rows.filter(matches).map(point),
          symbolSize: this.#atlas.size > 10_000 ? 3 : 4,
          itemStyle: { color: colour('pattern') },
        },
        this.#regionNames(colour('region'), colour('ground')),
        {
          ...dots,
          id: 'hits',
          data: this.#hits.map(point),
          symbolSize: 15,
          itemStyle: { color: colour('hit'), borderColor: colour('ground'), borderWidth: 1.5 },
          emphasis: { scale: 1.7 },
          label: {
            show: true,
            formatter: ({ dataIndex }: { dataIndex: number }) => `${dataIndex + 1}`,
            color: colour('ground'),
            fontSize: 9,
            fontWeight: 700,
          },
          zlevel: 1,
        },
        {
          ...dots,
          id: 'picked',
          data: this.#picked === undefined ? [] : [point(this.#picked)],
          symbol: 'diamond',
          symbolSize: 22,
          itemStyle: { color: colour('picked'), borderColor: colour('ground'), borderWidth: 2 },
          zlevel: 1,
        },
      ],
    });
  }

  #regionNames(text: string, ground: string) {
    return {
      id: 'regions',
      type: 'scatter',
      silent: true,
      symbolSize: 0.1,
      data: this.#atlas.regions.map(({ x, y, domain }) => ({ value: [x, y], name: domain })),
      label: {
        show: true,
        formatter: ({ name }: { name: string }) => shortDomain(name),
        color: text,
        textBorderColor: ground,
        textBorderWidth: 2.5,
        fontSize: 11,
      },
      labelLayout: { hideOverlap: true },
    };
  }
}
