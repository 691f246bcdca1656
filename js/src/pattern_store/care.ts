import { Caretaker } from '../health/caretaker.js';
import type { Shelf } from '../health/chronicle.js';
import { systemClock, type Clock } from '../health/clock.js';
import { History } from '../health/history.js';
import type { HistoryFile } from '../health/history_file.js';
import { randomOf } from '../health/random.js';
import type {
  EfControl,
  Healing,
  HealingAction,
  HealthEvent,
  HealthSample,
  SearchTargets,
} from '../health/shape.js';
import { Steering } from '../health/steering.js';
import { Watch } from '../health/watch.js';
import type { ImplementationInfo, RecoveredChanges } from '../interface.js';
import type { Store } from '../store.js';
import { durabilityOf } from './health.js';
import type { Persister } from './persister.js';
import type { Turns } from './turns.js';

/** How a store is looked after. */
export interface CareSettings {
  healing: Healing;
  targets: SearchTargets | undefined;
  efControl: EfControl | undefined;
  /** Candidates kept by a search that does not say; absent: the store's own. */
  efSearch: number | undefined;
  onHealth: ((event: HealthEvent) => void) | undefined;
  /** Told of what could not be done, where no caller waits for it. */
  warn: (message: string) => void;
  /** Whether there are timers while nobody calls. */
  hasTimers: boolean;
  /** What was seen in earlier sessions. */
  history: History;
  historyFile: HistoryFile | undefined;
  clock?: Clock;
}

interface CaredFor {
  store: Store;
  info: ImplementationInfo;
  persister: Persister | undefined;
  follower: { generation: number } | undefined;
  recovered: RecoveredChanges;
  enableMetrics: boolean;
  care: CareSettings;
}

/** Who looks after a store. */
export interface Care {
  caretaker: Caretaker;
  steering: Steering;
  /** Absent where searches are not measured. */
  watch: Watch | undefined;
  /** What the store's writer saw, and did. */
  samples: () => Promise<HealthSample[]>;
  actions: () => Promise<HealingAction[]>;
}

/** `parts.store` may become another one. */
export function careFor(parts: CaredFor, rebuilds: Turns): Care {
  const { info, persister, follower, enableMetrics, care, store } = parts;
  const { clock = systemClock, history, historyFile, warn, healing, onHealth, ...settings } = care;
  const { hnsw } = store.options;
  const random = randomOf(store.stats().sequence);
  const storeOf = (): Store => parts.store;
  const steering = new Steering(clock, {
    ...{ storeEf: hnsw.efSearch, efSearch: settings.efSearch },
    ...{ targets: settings.targets, kind: settings.efControl },
  });
  const watch = new Watch(storeOf, clock, random, steering.asked);
  if (persister !== undefined)
    persister.onSync = (ms) => {
      watch.synced(ms);
    };
  const caretaker = new Caretaker({
    ...{ storeOf, rebuilds, clock, random, steering, watch, backend: info.type, healing },
    mayHeal: follower === undefined,
    isWatching: enableMetrics,
    hasTimers: settings.hasTimers,
    ...{ history, onHealth, warn },
    compactStorage: persister && (() => persister.compact()),
    shelf: persister && historyFile && shelfOf(persister, historyFile),
    durability: () => {
      const { state, reasons, durability } = durabilityOf(parts);
      const { journalBytes, generation } = durability;
      return { state, reasons, journalBytes, generation };
    },
  });
  const seen = async (): Promise<Pick<History, 'samples' | 'actions'>> =>
    follower === undefined
      ? history
      : ((await historyFile?.read()) ?? { samples: [], actions: [] });
  return {
    ...{ caretaker, steering, watch: enableMetrics ? watch : undefined },
    samples: async () => structuredClone([...(await seen()).samples]),
    actions: async () => structuredClone([...(await seen()).actions]),
  };
}

/** Nothing is kept beside a store that is not there yet; who writes when asked, writes this then too. */
function shelfOf(persister: Persister, file: HistoryFile): Shelf {
  return {
    write: async (bytes) => {
      if (persister.generation > 0) await file.write(bytes);
    },
    isOnDemand: persister.health().policy === 'manual',
  };
}
