import type { FilterExpression } from '../types.js';
import type { WireWriter } from './wire.js';

type Value = string | number | boolean;

/** One comparison, or what joins the terms before it; core/src/wire/marshal.cpp reads the same. */
interface Term {
  operator: string;
  field?: string;
  values: readonly Value[];
  operands: number;
}

/** A checked filter, as terms in postfix order: the operands of a join come before it. */
export function writeFilter(out: WireWriter, filter: FilterExpression): void {
  const terms: Term[] = [];
  addTerms(terms, filter);
  out.uint32(terms.length);
  for (const { operator, field, values, operands } of terms) {
    out.text(operator).optional(field, (writer, name) => writer.text(name));
    out.uint32(operands).uint32(values.length);
    for (const value of values)
      if (typeof value === 'number') out.flag(true).float64(value);
      else if (typeof value === 'boolean') out.flag(false).flag(true).flag(value);
      else out.flag(false).flag(false).text(value);
  }
}

function addTerms(terms: Term[], filter: FilterExpression): void {
  if ('and' in filter) addJoin(terms, 'and', filter.and);
  else if ('or' in filter) addJoin(terms, 'or', filter.or);
  else if ('not' in filter) addJoin(terms, 'not', [filter.not]);
  else if ('exists' in filter)
    terms.push({ operator: 'exists', field: filter.exists, values: [], operands: 0 });
  else {
    const [[operator, [field, value]]] = Object.entries(filter) as [
      [string, [string, Value | readonly Value[]]],
    ];
    const values = typeof value === 'object' ? value : [value];
    terms.push({ operator, field, values, operands: 0 });
  }
}

function addJoin(terms: Term[], operator: string, operands: readonly FilterExpression[]): void {
  for (const operand of operands) addTerms(terms, operand);
  terms.push({ operator, values: [], operands: operands.length });
}
