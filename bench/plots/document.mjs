// The generated parts of a Markdown file: what stands between `<!-- NAME -->` and `<!-- end NAME -->`.
const begin = (name) => `<!-- ${name} -->`;
const end = (name) => `<!-- end ${name} -->`;

/** The names of a text's generated parts, in order. */
export function partNames(text) {
  return [...text.matchAll(/^<!-- end ([a-z-]+) -->$/gm)].map(([, name]) => name);
}

/** The text with its parts as they are to be; every part must be known, and have both marks once. */
export function withParts(text, parts) {
  let result = text;
  for (const name of partNames(text)) {
    if (!(name in parts)) throw new Error(`the document has a part "${name}" that nothing makes`);
    const pieces = result.split(`${begin(name)}\n`);
    if (pieces.length !== 2) throw new Error(`the part "${name}" must begin once`);
    const [before, rest] = pieces;
    const at = rest.indexOf(end(name));
    if (at < 0) throw new Error(`the part "${name}" ends before it begins`);
    const content = parts[name];
    result = `${before}${begin(name)}\n${content ? `\n${content}\n\n` : ''}${rest.slice(at)}`;
  }
  return result;
}
