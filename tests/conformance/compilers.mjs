// Compiles the apps' operations with Relay's compiler and with graphql-codegen, and checks the types that the latter writes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { print } from 'graphql';
import { SCHEMA, fragments, operations } from './operations.mjs';
import { BIN, compileForRelay } from './relay.mjs';

const folder = mkdtempSync(join(tmpdir(), 'meguru-compilers-'));

async function codegen() {
  const documents = join(folder, 'operations.graphql');
  const types = join(folder, 'types.ts');
  writeFileSync(documents, [...fragments, ...operations].map((node) => print(node)).join('\n'));
  const scalars = { Amount: 'number', SignedAmount: 'number', DateTime: 'string', Date: 'string', UUID: 'string' };
  const generates = { [types]: { plugins: ['typescript', 'typescript-operations'], config: { scalars, strictScalars: true } } };
  await generate({ schema: SCHEMA, documents, generates, silent: true });
  execFileSync(join(BIN, 'tsc'), ['--noEmit', '--strict', '--skipLibCheck', types], { stdio: 'pipe' });
}

try {
  compileForRelay(join(folder, 'relay'));
  console.log(`relay-compiler compiled ${operations.length} operations`);
  await codegen();
  console.log(`graphql-codegen compiled ${operations.length} operations`);
} catch (error) {
  console.error(String(error.stdout ?? ''), String(error.stderr ?? ''), error.message, error.errors ?? '');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
