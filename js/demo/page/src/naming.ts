import type { StoredPattern } from 'damask';

/** What the demo's extract_tests.py says of a test beside its text. */
export interface TestFacts {
  path: string;
  line: number;
  class: string;
  docstring: string;
  comment: string;
}

/** The facts of a pattern; absent ones are empty. */
export function factsOf({ metadata }: StoredPattern): TestFacts {
  const {
    path = '',
    line = 0,
    class: name = '',
    docstring = '',
    comment = '',
  } = (metadata ?? {}) as Partial<TestFacts>;
  return { path, line, class: name, docstring, comment };
}

/** The name of a test: what follows its domain and class in the id. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** A test's name as words: `test_read_timeout` is "read timeout". */
export function titleOf(id: string): string {
  const words = nameOf(id)
    .replace(/^test_*/, '')
    .replaceAll('_', ' ')
    .trim();
  return words === '' ? nameOf(id) : words;
}

/** A module without what all of them share: `test.test_email.test_parser` is "email.parser". */
export function shortDomain(domain: string): string {
  const parts = domain.split('.').map((part) => part.replace(/^test_/, ''));
  const own = parts.filter((part) => part !== 'test' && part !== 'tests');
  return [...new Set(own)].join('.') || domain;
}

/** The last part of a module's name: `test.test_email.test_parser` is "parser". */
export function lastPart(domain: string): string {
  return domain.slice(domain.lastIndexOf('.') + 1).replace(/^test_+/, '');
}

/** A count as people write it. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A time with three digits, in the unit that fits. */
export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 3 : 2)} ms`;
}
