import { checkText, refuse } from './check_text.js';
import { InvalidArgumentError } from './errors.js';

/*
 * The shape of a filter expression: operators, and what each is given. Which fields there are and
 * which values fit them is the core's to check; nesting and size are bounded here too, so that the
 * walk ends for an object that contains itself.
 */

const MAX_DEPTH = 16;
const MAX_TERMS = 256;
const COMPARISONS = ['eq', 'ne', 'in', 'lt', 'le', 'gt', 'ge', 'prefix'];
const OPERATORS = [...COMPARISONS, 'exists', 'and', 'or', 'not'];

/** Throws InvalidArgumentError unless `value` has the shape of a FilterExpression. */
export function checkFilterExpression(value: unknown, name: string): void {
  let terms = 0;
  const visit = (expression: unknown, where: string, depth: number): void => {
    if (depth > MAX_DEPTH)
      throw new InvalidArgumentError(`${name} is nested more than ${MAX_DEPTH} deep`);
    if (++terms > MAX_TERMS)
      throw new InvalidArgumentError(`${name} has more than ${MAX_TERMS} terms`);
    const [operator, operand] = onlyMember(expression, where);
    const path = `${where}.${operator}`;
    if (COMPARISONS.includes(operator)) checkComparison(operator, operand, path);
    else if (operator === 'exists') checkField(operand, path);
    else if (operator === 'not') visit(operand, path, depth + 1);
    else
      checkArray(operand, path).forEach((it, i) => {
        visit(it, `${path}[${i}]`, depth + 1);
      });
  };
  visit(value, name, 1);
}

function onlyMember(value: unknown, where: string): [string, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(where, 'an object with one operator', value);
  const members = Object.entries(value);
  const [operator] = members[0] ?? [''];
  if (members.length !== 1 || !OPERATORS.includes(operator))
    throw new InvalidArgumentError(`${where} must have exactly one of ${OPERATORS.join(', ')}`);
  return members[0] as [string, unknown];
}

function checkComparison(operator: string, operand: unknown, path: string): void {
  const pair = checkArray(operand, path);
  if (pair.length !== 2) throw new InvalidArgumentError(`${path} must be a field and a value`);
  checkField(pair[0], `${path}[0]`);
  if (operator === 'in')
    checkArray(pair[1], `${path}[1]`).forEach((it, i) => {
      checkValue(it, `${path}[1][${i}]`);
    });
  else checkValue(pair[1], `${path}[1]`);
}

function checkArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(path, 'an array', value);
  if (value.length > MAX_TERMS)
    throw new InvalidArgumentError(
      `${path} must have at most ${MAX_TERMS} elements, not ${value.length}`,
    );
  return value;
}

function checkField(value: unknown, path: string): void {
  if (typeof value !== 'string') refuse(path, 'the name of a field', value);
}

function checkValue(value: unknown, path: string): void {
  if (typeof value === 'string') checkText(value, path);
  else if (typeof value !== 'number' && typeof value !== 'boolean')
    refuse(path, 'a string, a number or a boolean', value);
}
