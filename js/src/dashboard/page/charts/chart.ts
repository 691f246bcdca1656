import uPlot from 'uplot';

/** One line of a chart. `colour` names a custom property of the style sheet. */
export interface Line {
  label: string;
  colour: string;
  dash?: number[];
  fill?: boolean;
  /** The ends of an interval are shown as the edges of a band, without a line. */
  edge?: boolean;
}

export interface ChartOptions {
  title: string;
  lines: readonly Line[];
  format: (value: number) => string;
  /** What the axis spans, given the least and the largest value. */
  span: (least: number, largest: number) => [number, number];
  /** There is nothing between 0 and 1. */
  whole?: boolean;
  /** Columns beside one another instead of lines over time; names each. The legend has their sum. */
  columns?: readonly string[];
  /** Two lines, by their index, between which a band is drawn. */
  band?: [upper: number, lower: number];
}

export type Column = readonly (number | null)[];

const HEIGHT = 180;
/** What is shown at least, in seconds: less is a line without a length. */
const LEAST_SPAN = 30;
/** The least steps of an axis of whole numbers. */
const WHOLE = Array.from({ length: 10 }, (_, i) => [1, 2, 5].map((it) => it * 10 ** i)).flat();
const DAY = 86_400;
/** So few values are shown as points too: a line through them could be too short to see. */
const FEW = 20;

const property = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart with a legend that follows the pointer, and a sentence for those who do not see it. */
export class Chart {
  readonly element = document.createElement('figure');
  readonly #options: ChartOptions;
  readonly #area = document.createElement('div');
  readonly #legend = document.createElement('ul');
  readonly #empty = document.createElement('p');
  #plot: uPlot | undefined;
  #data: [number[], ...Column[]] = [[]];

  constructor(options: ChartOptions) {
    this.#options = options;
    this.element.className = 'card chart';
    const caption = document.createElement('figcaption');
    caption.textContent = options.title;
    this.#legend.className = 'legend';
    this.#area.className = 'area';
    this.#area.setAttribute('role', 'img');
    this.#empty.className = 'empty';
    this.#empty.textContent = 'Not measured yet.';
    this.element.append(caption, this.#legend, this.#area, this.#empty);
    new ResizeObserver(() => {
      this.#plot?.setSize({ width: this.#area.clientWidth, height: HEIGHT });
    }).observe(this.#area);
  }

  /** Shows other values: of x, and for each line. */
  show(x: number[], ...values: Column[]): void {
    this.#data = [x, ...values];
    const known = values.some((column) => column.some((it) => it !== null));
    this.#area.hidden = this.#legend.hidden = !known;
    this.#empty.hidden = known;
    if (!known) return;
    if (this.#plot) this.#plot.setData(this.#mutable());
    else this.#draw();
    this.#tell(null);
  }

  /** Draws anew, in the colours of the theme that is shown now. */
  redraw(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.show(...this.#data);
  }

  /** uPlot declares arrays that it does not change. */
  #mutable(): uPlot.AlignedData {
    return this.#data as uPlot.AlignedData;
  }

  #draw(): void {
    const { lines, band, columns, format, span, whole } = this.#options;
    const axis = { stroke: property('--muted'), grid: { stroke: property('--line'), width: 1 } };
    const ticks = { show: false };
    const font = `11px ${property('--font')}`;
    this.#plot = new uPlot(
      {
        width: this.#area.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: { x: this.#horizontal(), y: { range: (_, low, high) => span(low, high) } },
        axes: [
          {
            ...{ ...axis, ticks, font, size: 30, grid: { show: false } },
            ...(columns ? columnAxis(columns) : { values: (_, ...about) => clockTexts(...about) }),
          },
          {
            ...{ ...axis, ticks, font, size: 64 },
            values: (_, splits) => splits.map((it) => format(it)),
            ...(whole && { incrs: WHOLE }),
          },
        ],
        series: [{}, ...lines.map((line) => seriesOf(line, columns !== undefined))],
        ...(band && {
          bands: [{ series: [band[0] + 1, band[1] + 1], fill: property('--band') }],
        }),
        hooks: {
          setCursor: [
            ({ cursor }) => {
              this.#tell(cursor.idx ?? null);
            },
          ],
        },
      },
      this.#mutable(),
      this.#area,
    );
  }

  #horizontal(): uPlot.Scale {
    const { columns } = this.#options;
    if (columns) return { time: false, range: [-0.6, columns.length - 0.4] };
    return { range: (_, from, to) => [Math.min(from, to - LEAST_SPAN), to] };
  }

  /** The legend: the values under the pointer, or else the newest of each line. */
  #tell(index: number | null): void {
    const { lines, format, title, columns } = this.#options;
    const [, ...values] = this.#data;
    const texts = lines.flatMap(({ label }, i) => {
      const column = values[i] ?? [];
      if (columns && index !== null)
        return [{ i, text: `${columns[index] ?? ''}: ${format(column[index] ?? 0)}` }];
      if (columns) return [{ i, text: `${format(sumOf(column))} ${label}` }];
      const value = index === null ? column.filter((it) => it !== null).at(-1) : column[index];
      const shown = value === null || value === undefined ? 'not measured' : format(value);
      return [{ i, text: `${label} ${shown}` }];
    });
    this.#legend.replaceChildren(
      ...texts.map(({ i, text }) => {
        const item = document.createElement('li');
        item.textContent = text;
        item.style.setProperty('--swatch', `var(${lines[i]?.colour ?? '--muted'})`);
        return item;
      }),
    );
    if (index !== null) return;
    const spoken = columns
      ? columns.map((name, i) => `${name}: ${format(values[0]?.[i] ?? 0)}`)
      : texts.map(({ text }) => text);
    this.#area.setAttribute('aria-label', `${title}, newest values: ${spoken.join(', ')}`);
  }
}

const sumOf = (column: Column): number => column.reduce<number>((sum, it) => sum + (it ?? 0), 0);

function seriesOf({ label, colour, dash, fill, edge }: Line, columns: boolean): uPlot.Series {
  const stroke = property(colour);
  if (columns) return { label, stroke, fill: stroke, points: { show: false }, ...bars(), width: 0 };
  return {
    label,
    stroke: edge ? 'transparent' : stroke,
    width: edge ? 0 : 2,
    spanGaps: true,
    points: { show: (plot) => !edge && plot.data[0].length <= FEW },
    ...(dash && { dash }),
    ...(fill && { fill: property('--band') }),
  };
}

function bars(): Pick<uPlot.Series, 'paths'> {
  const paths = uPlot.paths.bars?.({ size: [0.7, 64] });
  return paths ? { paths } : {};
}

function columnAxis(columns: readonly string[]): uPlot.Axis {
  return { splits: columns.map((_, i) => i), values: [...columns] };
}

/** Times of an axis with so many seconds from one to the next: the day where a step is one. */
function clockTexts(
  splits: readonly number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const text = new Intl.DateTimeFormat('en-GB', {
    ...(step >= DAY ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' }),
    ...(step < 60 && { second: '2-digit' }),
  });
  return splits.map((it) => text.format(it * 1e3));
}
