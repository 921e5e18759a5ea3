// Compiles the apps' operations with Relay's compiler and with graphql-codegen, and checks the types that the latter writes.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { print, visit } from 'graphql';
import { SCHEMA, fragments, operations } from './operations.mjs';

const BIN = new URL('./node_modules/.bin/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'meguru-compilers-'));

/** Relay wants names that begin with their module's: module Meguru, so MeguruPayMutation and Meguru_receipt. */
const relayNames = {
  OperationDefinition: (node) => {
    const suffix = node.operation[0].toUpperCase() + node.operation.slice(1);
    return { ...node, name: { ...node.name, value: `Meguru${node.name.value}${suffix}` } };
  },
  FragmentDefinition: (node) => ({ ...node, name: { ...node.name, value: `Meguru_${node.name.value}` } }),
  FragmentSpread: (node) => ({ ...node, name: { ...node.name, value: `Meguru_${node.name.value}` } }),
};

/** A list that Relay pages by itself, which asks for all of Relay's connections: PageInfo, cursors, Node. */
const pages = (type, field, cursor) => `graphql\`
  fragment Meguru_${type}_${field} on ${type}
    @refetchable(queryName: "Meguru${type}${field}Query")
    @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "${cursor}" }) {
      ${field}(first: $first, after: $after) @connection(key: "Meguru_${type}_${field}") { edges { node { __typename } } }
    }\`;`;

function relay() {
  mkdirSync(join(folder, 'src/__generated__'), { recursive: true });
  const tagged = [...fragments, ...operations].map((node) => `graphql\`${print(visit(node, relayNames))}\`;`);
  for (const type of ['Wallet', 'Store']) tagged.push(pages(type, 'transactions', 'String'), pages(type, 'events', 'ID'));
  writeFileSync(join(folder, 'src/Meguru.ts'), `import { graphql } from 'relay-runtime';\n${tagged.join('\n')}`);
  copyFileSync(SCHEMA, join(folder, 'schema.graphql'));
  const config = {
    src: './src',
    schema: 'schema.graphql',
    language: 'typescript',
    artifactDirectory: './src/__generated__',
    eagerEsModules: true,
    // A matter of how a Relay app writes its fragments, not of the contract: it would add @alias to four spreads.
    featureFlags: { enforce_fragment_alias_where_ambiguous: { kind: 'disabled' } },
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  execFileSync(join(BIN, 'relay-compiler'), ['relay.config.json'], { cwd: folder, stdio: 'pipe' });
}

async function codegen() {
  writeFileSync(join(folder, 'operations.graphql'), [...fragments, ...operations].map((node) => print(node)).join('\n'));
  const scalars = { Amount: 'number', SignedAmount: 'number', DateTime: 'string', Date: 'string', UUID: 'string' };
  await generate({
    schema: SCHEMA,
    documents: join(folder, 'operations.graphql'),
    generates: { [join(folder, 'types.ts')]: { plugins: ['typescript', 'typescript-operations'], config: { scalars, strictScalars: true } } },
    silent: true,
  });
  execFileSync(join(BIN, 'tsc'), ['--noEmit', '--strict', '--skipLibCheck', join(folder, 'types.ts')], { stdio: 'pipe' });
}

try {
  relay();
  console.log(`relay-compiler compiled ${operations.length} operations`);
  await codegen();
  console.log(`graphql-codegen compiled ${operations.length} operations`);
} catch (error) {
  console.error(String(error.stdout ?? ''), String(error.stderr ?? ''), error.message, error.errors ?? '');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
