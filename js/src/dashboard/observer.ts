import type { HealingAction, HealthSample } from '../health/shape.js';
import type {
  ImplementationInfo,
  IPatternStore,
  PatternStoreStats,
  StoreHealth,
} from '../interface.js';

/** What a dashboard asks of a store. */
export type DashboardStore = Pick<
  IPatternStore,
  | 'refresh'
  | 'getStats'
  | 'health'
  | 'getImplementationInfo'
  | 'searchWithReport'
  | 'storePattern'
  | 'getPattern'
  | 'deletePattern'
  | 'optimize'
  | 'healthHistory'
  | 'healingActions'
  | 'heal'
  | 'onHealth'
>;

/** How large a store was at one moment. */
export interface Size {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  at: number;
  count: number;
  tombstones: number;
  memory: number;
}

/** How often something was done, of all that the observer has seen. */
export interface Tally {
  kind: HealingAction['kind'];
  outcome: HealingAction['outcome'];
  count: number;
}

/** What is known of a store. */
export interface View {
  /** What the page calls the store. */
  title: string;
  /** When it was looked at, in milliseconds since 1970-01-01T00:00:00Z. */
  at: number;
  info: ImplementationInfo;
  stats?: PatternStoreStats;
  health?: StoreHealth;
  /** Why it could not be looked at last time. */
  problem?: string;
  history: HealthSample[];
  actions: HealingAction[];
  /** As this process has seen it, oldest first. */
  sizes: Size[];
  tallies: Tally[];
  /** Time spent on all actions that were seen. */
  busyMs: number;
}

/** What is new since the look before. */
export type Update = Pick<View, 'at' | 'stats' | 'health' | 'problem'> & {
  history: HealthSample[];
  actions: HealingAction[];
  size?: Size;
};

/** Of sizes: half an hour, looked at every two seconds. */
const KEPT = 900;

const keyOf = ({ at, kind, outcome }: HealingAction): string => `${at} ${kind} ${outcome}`;

/** Looks at a store from time to time, and takes along what its writer has written meanwhile. */
export class Observer {
  readonly #store: DashboardStore;
  readonly #seen = new Set<string>();
  readonly #tallies = new Map<string, Tally>();
  #view: View;
  #looking: Promise<View> | undefined;

  /** Told what is new; `whole` when that does not continue what was told before. */
  onLook: (update: Update, whole: boolean) => void = () => undefined;

  constructor(store: DashboardStore, title: string) {
    this.#store = store;
    const info = store.getImplementationInfo();
    this.#view = {
      ...{
        title,
        at: Date.now(),
        info,
        history: [],
        actions: [],
        sizes: [],
        tallies: [],
        busyMs: 0,
      },
    };
  }

  /** As of the last look. */
  get view(): View {
    return this.#view;
  }

  /** Looks now, or waits for the look that is under way. Never rejects: `problem` tells. */
  look(): Promise<View> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Waits for the look that is under way, if there is one. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<View> {
    const before = this.#view;
    try {
      const store = this.#store;
      await store.refresh();
      const stats = await store.getStats();
      const health = await store.health();
      const history = await store.healthHistory();
      const actions = await store.healingActions();
      const at = Date.now();
      const { count, slots, memoryUsage } = stats;
      const size = { at, count, tombstones: slots - count, memory: memoryUsage };
      const { tallies, busyMs } = this.#tally(actions, before.busyMs);
      const sizes = [...before.sizes, size].slice(-KEPT);
      const { title, info } = before;
      this.#view = { title, at, info, stats, health, history, actions, sizes, tallies, busyMs };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#view = { ...before, at: Date.now(), problem };
    }
    this.#tell(before);
    return this.#view;
  }

  #tell(before: View): void {
    const { at, stats, health, problem, history, actions, sizes } = this.#view;
    const known = new Set(before.actions.map(keyOf));
    const last = before.history.at(-1)?.at ?? -Infinity;
    const size = sizes.at(-1);
    const whole =
      (history.at(-1)?.at ?? -Infinity) < last || actions.length < before.actions.length;
    this.onLook(
      {
        at,
        ...(stats && { stats }),
        ...(health && { health }),
        ...(problem !== undefined && { problem }),
        ...(size !== before.sizes.at(-1) && size && { size }),
        history: history.filter((it) => it.at > last),
        actions: actions.filter((it) => !known.has(keyOf(it))),
      },
      whole,
    );
  }

  /** The store keeps the newest actions only; what was counted once stays counted. */
  #tally(actions: readonly HealingAction[], busyMs: number): Pick<View, 'tallies' | 'busyMs'> {
    let busy = busyMs;
    for (const action of actions) {
      const key = keyOf(action);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const { kind, outcome } = action;
      const name = `${kind} ${outcome}`;
      this.#tallies.set(name, {
        ...{ kind, outcome, count: (this.#tallies.get(name)?.count ?? 0) + 1 },
      });
      busy += action.cost?.busyMs ?? 0;
    }
    // Those that the store has dropped cannot come again.
    const present = new Set(actions.map(keyOf));
    for (const key of this.#seen) if (!present.has(key)) this.#seen.delete(key);
    return { tallies: [...this.#tallies.values()], busyMs: busy };
  }
}
