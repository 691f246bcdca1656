// What all pictures share: no background and middle greys, readable on light and dark pages.
const GREY = '#808080';
const FAINT = '#80808040';

export const COLOURS = [
  ...['#e4572e', '#3d7fd9', '#2a9d5c', '#b055c9', '#c98a00', '#1aa5a5'],
  ...['#d94f8a', '#7a7ae0', '#8a9a2b', '#a0705a', '#5b9bd5', '#9a9a9a'],
];

const text = { labelColor: GREY, titleColor: GREY, labelFontSize: 11, titleFontSize: 12 };

export const CONFIG = {
  background: null,
  font: 'sans-serif',
  view: { stroke: FAINT },
  axis: {
    ...text,
    titleFontWeight: 'normal',
    gridColor: FAINT,
    domainColor: GREY,
    tickColor: GREY,
  },
  legend: { ...text, titleFontWeight: 'normal', symbolStrokeWidth: 2, labelLimit: 260 },
  title: { color: GREY, subtitleColor: GREY, fontSize: 13, anchor: 'start' },
  header: text,
};

export const OURS = '#e4572e';
export const THEIRS = '#3d7fd9';
export const TEXT = GREY;

export const chart = (spec) => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
  padding: 8,
  config: CONFIG,
  ...spec,
});
