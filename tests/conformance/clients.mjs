// Apps that are years old against a server of today: node clients.mjs http://127.0.0.1:8000 Relay
//
// Apollo Client 3 and 4 (with the possible types that they were built with, and with none), graphcache and Relay make a
// payment and a refused one, and read the payment's receipt, line of history and event. On its way each answer is changed to
// name types, codes and values that no client knows, as a later server's will. What every app shows must stay readable.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as apollo4 from '@apollo/client';
import apollo3 from 'apollo3/core/core.cjs';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema, isAbstractType, print } from 'graphql';
import runtime from 'relay-runtime';
import { SCHEMA, documentOf, operations } from './operations.mjs';
import { compileForRelay, relayName } from './relay.mjs';

const address = process.argv[2];
const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
const personas = await (await fetch(`${address}/dev/personas`)).json();
const shopkeeper = personas.find((person) => person.role === 'MERCHANT_STAFF');
const resident = personas.find((person) => person.role === 'RESIDENT' && person.municipality === shopkeeper.municipality);

const CODES = { INSUFFICIENT_BALANCE: 'LATER_CODE', CHANGE_AND_USE_NEW_KEY: 'LATER_ADVICE', SAME_KEY: 'LATER_RETRY', NEW_KEY: 'LATER_RETRY', STORE: 'LATER_KIND' };
/** Fields whose type is an interface: only there a server may name a type that it did not have. */
const TYPES = {
  Receipt: { Payment: ['LaterReceipt', 'Receipt'] },
  WalletHistory: { Payment: ['LaterReceipt', 'Receipt'] },
  WalletPastEvents: { PaymentSettled: ['LaterEvent', 'Event'] },
};

/** An answer as a later server would give it. Of a type that did not exist it has the interface's fields only. */
function changed(value, types, field) {
  if (Array.isArray(value)) return value.map((item) => changed(item, types, field));
  if (typeof value === 'string') return ['code', 'retry', 'advice', 'kind'].includes(field) ? CODES[value] ?? value : value;
  if (value === null || typeof value !== 'object') return value;
  const [type, shared] = types[value.__typename] ?? [value.__typename, null];
  const known = shared && ['__typename', ...Object.keys(schema.getType(shared).getFields())];
  const entries = Object.entries(value).filter(([name]) => !known || known.includes(name));
  return { ...Object.fromEntries(entries.map(([name, item]) => [name, changed(item, types, name)])), ...(type && { __typename: type }) };
}

/** The operation's name without what Relay adds to it. */
const operationIn = (body) => JSON.parse(body).operationName.replace(/^Meguru(\w+)(Query|Mutation)$/, '$1');

/** Answers as a later server would. */
async function later(url, options) {
  const answer = await fetch(url, options);
  const body = changed(await answer.json(), TYPES[operationIn(options.body)] ?? {});
  return new Response(JSON.stringify(body), { status: answer.status, headers: { 'content-type': answer.headers.get('content-type') } });
}

const headers = { authorization: `Bearer ${resident.token}`, 'accept-language': 'en' };
const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap()).filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map((possible) => possible.name)]));

function apollo(library, known) {
  const client = new library.ApolloClient({
    cache: new library.InMemoryCache(known ? { possibleTypes } : {}),
    link: new library.HttpLink({ uri: `${address}/graphql`, fetch: later, headers }),
  });
  return {
    query: async (name, variables) => (await client.query({ query: documentOf(name), variables })).data,
    mutate: async (name, variables) => (await client.mutate({ mutation: documentOf(name), variables })).data,
  };
}

function graphcache(options) {
  const exchange = cacheExchange({ ...options, logger: () => {} });
  const client = new Client({
    url: `${address}/graphql`,
    exchanges: [exchange, fetchExchange],
    fetch: later,
    fetchOptions: { headers },
    preferGetMethod: false,
  });
  const data = async (source) => {
    const result = await source.toPromise();
    assert.equal(result.error, undefined, String(result.error));
    return result.data;
  };
  return {
    query: (name, variables) => data(client.query(print(documentOf(name)), variables)),
    mutate: (name, variables) => data(client.mutation(print(documentOf(name)), variables)),
  };
}

async function relay() {
  const folder = mkdtempSync(join(tmpdir(), 'meguru-relay-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const artifacts = compileForRelay(folder);
  const artifactOf = async (name) => {
    const operation = operations.find((node) => node.name.value === name);
    return (await import(`${artifacts}/${relayName(operation)}.graphql.js`)).default;
  };
  const network = runtime.Network.create(async (request, variables) => {
    const body = JSON.stringify({ query: request.text, variables, operationName: request.name });
    return (await later(`${address}/graphql`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body })).json();
  });
  const environment = new runtime.Environment({ network, store: new runtime.Store(new runtime.RecordSource()) });
  return {
    query: async (name, variables) => runtime.fetchQuery(environment, await artifactOf(name), variables).toPromise(),
    mutate: async (name, variables) => {
      const mutation = await artifactOf(name);
      return new Promise((onCompleted, onError) => runtime.commitMutation(environment, { mutation, variables, onCompleted, onError }));
    },
  };
}

const walletId = resident.walletIds[0];
const payment = (amount) =>
  ({ idempotencyKey: randomUUID(), walletId, payee: { storeId: shopkeeper.storeId }, amount, confirmDuplicate: true });

/** A payment and a refused one, answered with codes that the app does not know; the payment. */
async function pay(app) {
  const settled = (await app.mutate('Pay', { input: payment(3) })).pay;
  assert.equal(settled.refusal, null);
  assert.equal(settled.payment.amount, 3);
  assert.match(settled.payment.receiptNumber, /^[0-9A-Z]{9}$/);
  const refused = (await app.mutate('Pay', { input: payment(99_000) })).pay;
  assert.deepEqual([refused.refusal.code, refused.refusal.advice, refused.payment], ['LATER_CODE', 'LATER_ADVICE', null]);
  assert.match(refused.refusal.message, /balance/i);
  return settled.payment;
}

/** The receipt, the history and the events of a payment, which have types that the app does not know. */
async function read(app, { id, receiptNumber }) {
  const { receipt } = await app.query('Receipt', { id });
  assert.deepEqual([receipt.__typename, receipt.receiptNumber, receipt.amount], ['LaterReceipt', receiptNumber, 3]);

  const { wallet } = await app.query('WalletHistory', { id: walletId, first: 3 });
  const line = wallet.transactions.edges[0].node;
  assert.deepEqual([line.receiptNumber, line.amount, line.receipt.amount], [receiptNumber, -3, 3]);
  assert.equal(line.counterparty.kind, 'LATER_KIND');

  let last = null;
  let after = null;
  do {
    const page = (await app.query('WalletPastEvents', { id: walletId, first: 100, after })).wallet.events;
    last = page.edges.at(-1)?.node ?? last;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  assert.deepEqual([last.__typename, last.receiptNumber, last.amount], ['LaterEvent', receiptNumber, -3]);
  assert.ok(last.eventId && last.occurredAt && last.balances.length > 0);
}

const everything = async (app) => read(app, await pay(app));
const apps = {
  'Apollo Client 4 with possibleTypes': () => everything(apollo(apollo4, true)),
  'Apollo Client 4 without': () => everything(apollo(apollo4, false)),
  'Apollo Client 3 with possibleTypes': () => everything(apollo(apollo3, true)),
  'Apollo Client 3 without': () => everything(apollo(apollo3, false)),
  'graphcache without a schema': () => everything(graphcache({})),
  // With a schema it throws at an object type that is not in it, whatever a contract does: docs/clients.md advises without.
  'graphcache with an old schema': () => pay(graphcache({ schema: introspectionFromSchema(schema) })),
  Relay: async () => everything(await relay()),
};
const chosen = process.argv[3];
await apps[chosen]();
console.log(`${chosen} reads a later server's answers`);
process.exit(0);
