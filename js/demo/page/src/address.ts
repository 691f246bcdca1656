import { FIELDS, type Filter } from './atlas.js';

/** What the page shows: answers to a question, or the neighbours of the pattern `like`. */
export interface View {
  question?: string;
  like?: string;
  filter: Filter;
}

/** Reads the view from the part of the address after '#', where it can be linked to. */
export function readView(hash: string): View {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const view: View = { filter: {} };
  const question = parameters.get('q')?.trim();
  const like = parameters.get('like');
  if (question) view.question = question;
  if (like) view.like = like;
  for (const field of FIELDS) {
    const value = parameters.get(field);
    if (value !== null) view.filter[field] = value;
  }
  return view;
}

/** The address of a view, relative to the page. */
export function addressOf({ question, like, filter }: View): string {
  const parameters = new URLSearchParams();
  if (question !== undefined) parameters.set('q', question);
  if (like !== undefined) parameters.set('like', like);
  for (const field of FIELDS) {
    const value = filter[field];
    if (value !== undefined) parameters.set(field, value);
  }
  return `#${parameters}`;
}
