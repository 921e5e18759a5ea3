// The operations of the apps with their fragments, as `schema/operations` has them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, visit } from 'graphql';

const FOLDER = new URL('../../schema/operations/', import.meta.url).pathname;
export const SCHEMA = new URL('../../schema/schema.graphql', import.meta.url).pathname;

const read = (path) => parse(readFileSync(path, 'utf8'), { noLocation: true });
const files = ['resident', 'merchant', 'staff'].flatMap((audience) =>
  readdirSync(join(FOLDER, audience)).map((name) => join(FOLDER, audience, name)));

export const fragments = read(join(FOLDER, 'fragments.graphql')).definitions;
export const operations = files.flatMap((path) => read(path).definitions);

const namesOf = (node) => {
  const names = new Set();
  visit(node, { FragmentSpread: (spread) => void names.add(spread.name.value) });
  return names;
};

/** A document of one operation by its name, with the fragments that it spreads. */
export function documentOf(name) {
  const operation = operations.find((node) => node.name.value === name);
  const needed = new Map();
  const collect = (node) => {
    for (const spread of namesOf(node)) {
      if (!needed.has(spread)) {
        needed.set(spread, fragments.find((fragment) => fragment.name.value === spread));
        collect(needed.get(spread));
      }
    }
  };
  collect(operation);
  return { kind: 'Document', definitions: [operation, ...needed.values()] };
}
