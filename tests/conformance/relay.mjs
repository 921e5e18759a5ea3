// The apps' operations under the rules of Relay, compiled by its compiler.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, print, visit } from 'graphql';
import { SCHEMA, fragments, operations } from './operations.mjs';

export const BIN = new URL('./node_modules/.bin/', import.meta.url).pathname;
const MASK_OFF = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'relay' },
  arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'mask' }, value: { kind: Kind.BOOLEAN, value: false } }],
};
const renamed = (node, value, others) => ({ ...node, ...others, name: { ...node.name, value } });

/** The name that Relay wants: it begins with the module's, Meguru, and ends with the operation's kind. */
export const relayName = (node) => `Meguru${node.name.value}${node.operation[0].toUpperCase()}${node.operation.slice(1)}`;

/** Nothing is masked, so that a test reads what a component would. */
const rules = {
  OperationDefinition: (node) => renamed(node, relayName(node)),
  FragmentDefinition: (node) => renamed(node, `Meguru_${node.name.value}`),
  FragmentSpread: (node) => renamed(node, `Meguru_${node.name.value}`, { directives: [MASK_OFF] }),
};

/** A list that Relay pages by itself, which asks for all of Relay's connections: PageInfo, cursors, Node. */
const pages = (type, field, cursor) => `
  fragment Meguru_${type}_${field} on ${type}
    @refetchable(queryName: "Meguru${type}${field}Query")
    @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "${cursor}" }) {
      ${field}(first: $first, after: $after) @connection(key: "Meguru_${type}_${field}") { edges { node { __typename } } }
    }`;

/** Compiles everything into an empty folder; the artifacts' folder. */
export function compileForRelay(folder) {
  const artifacts = join(folder, 'src/__generated__');
  mkdirSync(artifacts, { recursive: true });
  copyFileSync(SCHEMA, join(folder, 'schema.graphql'));
  const texts = [...fragments, ...operations].map((node) => print(visit(node, rules)));
  for (const type of ['Wallet', 'Store']) texts.push(pages(type, 'transactions', 'String'), pages(type, 'events', 'ID'));
  const module = texts.map((text) => `graphql\`${text}\`;`).join('\n');
  writeFileSync(join(folder, 'src/Meguru.js'), `import { graphql } from 'relay-runtime';\n${module}`);
  const config = {
    src: './src',
    schema: 'schema.graphql',
    language: 'javascript',
    artifactDirectory: './src/__generated__',
    eagerEsModules: true,
    // A matter of how a Relay app writes its fragments, not of the contract: it would add @alias to these spreads.
    featureFlags: { enforce_fragment_alias_where_ambiguous: { kind: 'disabled' } },
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  execFileSync(join(BIN, 'relay-compiler'), ['relay.config.json'], { cwd: folder, stdio: 'pipe' });
  return artifacts;
}
