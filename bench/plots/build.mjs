// All that is made of the reports: the parts of docs/benchmarks.md, and the pictures.
import { churnCharts } from './charts/churn.mjs';
import { peersCharts } from './charts/peers.mjs';
import { scaleCharts } from './charts/scale.mjs';
import { searchCharts } from './charts/search.mjs';
import { targetsCharts } from './charts/targets.mjs';
import { ofKind } from './reports.mjs';
import { churnSection } from './tables/churn.mjs';
import { controlSection } from './tables/control.mjs';
import { goalsSection } from './tables/goals.mjs';
import { limitsSection } from './tables/limits.mjs';
import { lossesSection } from './tables/losses.mjs';
import { peersSection } from './tables/peers.mjs';
import { rowsSection } from './tables/rows.mjs';
import { scaleSection } from './tables/scale.mjs';
import { searchSection } from './tables/search.mjs';
import { targetsSection } from './tables/targets.mjs';

const CHARTS = {
  ...{ peers: peersCharts, search: searchCharts },
  ...{ scale: scaleCharts, targets: targetsCharts, churn: churnCharts },
};
const SECTIONS = {
  ...{ search: searchSection, peers: peersSection, scale: scaleSection },
  ...{ targets: targetsSection, life: rowsSection },
  ...{ churn: churnSection, control: controlSection, limits: limitsSection },
  pauses: rowsSection,
};

/** Pictures of all reports: names without their ending, and specifications. */
export function chartsOf(reports) {
  const charts = {};
  for (const report of reports)
    for (const [end, spec] of Object.entries(CHARTS[report.benchmark]?.(report) ?? {}))
      charts[`${report.name}-${end}`] = spec;
  return charts;
}

/** The parts of the document, by name; empty where nothing was measured. */
export function partsOf(reports) {
  const parts = { goals: goalsSection(reports), losses: lossesSection(reports) };
  for (const [kind, sectionOf] of Object.entries(SECTIONS))
    parts[kind] = ofKind(reports, kind)
      .map((report) => [sectionOf(report), ...pictures(report)].join('\n\n'))
      .join('\n\n');
  return parts;
}

function pictures(report) {
  const names = Object.keys(CHARTS[report.benchmark]?.(report) ?? {});
  return names.map((end) => `![${report.name}: ${end}](benchmarks/${report.name}-${end}.svg)`);
}
