import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import { FIGURES, type Figure } from './figures.js';
import type { View } from './observer.js';

/** Of a request, in seconds: a search takes tens of microseconds, healing may take minutes. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10, 60];

/** The figures of a store as Prometheus reads them. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'route' | 'method' | 'status'>;

  /** `clients` tells how many pages are open. */
  constructor(view: () => View, clients: () => number) {
    const registers = [this.#registry];
    for (const figure of FIGURES) this.#add(figure, view);
    new Gauge({
      ...{ name: 'damask_dashboard_pages', help: 'Pages that follow this store now', registers },
      collect() {
        this.set(clients());
      },
    });
    this.#requests = new Histogram({
      name: 'damask_http_request_duration_seconds',
      help: 'How long requests took, but for the pages that follow the store',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS,
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  observe(route: string, method: string, status: number, seconds: number): void {
    this.#requests.observe({ route, method, status }, seconds);
  }

  #add({ name, kind, help, labels, read }: Figure, view: () => View): void {
    const about = { name, help, labelNames: [...labels], registers: [this.#registry] };
    // A metric without labels begins as 0, which would be told as if it had been measured.
    if (kind === 'gauge')
      new Gauge({
        ...about,
        collect() {
          this.reset();
          if (labels.length === 0) this.remove();
          for (const reading of read(view())) this.set(reading.labels ?? {}, reading.value);
        },
      });
    else
      new Counter({
        ...about,
        collect() {
          this.reset();
          if (labels.length === 0) this.remove();
          for (const reading of read(view())) this.inc(reading.labels ?? {}, reading.value);
        },
      });
  }
}
