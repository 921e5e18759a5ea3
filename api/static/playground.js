// GraphiQL with tabs for a payment's journey. A tab brings its persona and its fault along; everything can be changed above.
"use strict";

const ERROR = "... on UserError { code message retry }";
const last = { payment: "", key: crypto.randomUUID(), lost: crypto.randomUUID() };
const choice = { persona: null, locale: "ja", fault: "" };
const clients = new Map();
const element = (id) => document.getElementById(id);

function tabs(people) {
  const { resident, shop, desk } = people;
  const wallet = resident.walletIds[0];
  const pay = (idempotencyKey) => ({ input: { idempotencyKey, walletId: wallet, payee: { storeId: shop.storeId }, amount: 300, confirmDuplicate: true } });
  const payment = `pay(input: $input) {
    __typename
    ... on PaySuccess { payment { id receiptNumber amount paidAt store { name } } balances { moved posted } replayed }
    ${ERROR}
  }`;
  return [
    tab("Wallet", resident, "", `# ${resident.name}: 残高と履歴 / balances and history
query Wallet {
  viewer {
    wallets {
      id
      municipality { name }
      balances { asset { id code } posted held available }
      transactions(first: 5) { edges { node { kind amount balanceAfter counterparty { name } } } }
    }
  }
}`, {}),
    tab("Till", shop, "", `# ${shop.name}: この店の入金をその場で見る / press play, then pay in the next tabs
subscription Till($storeId: ID!) {
  paymentSettled(storeId: $storeId) {
    __typename
    ... on PaymentSettled { eventId occurredAt receiptNumber amount }
  }
}`, { storeId: shop.storeId }),
    tab("Charge", desk, "", `# ${desk.name}: 窓口で現金チャージ / top a wallet up with cash
mutation Charge($input: ChargeInput!) {
  charge(input: $input) {
    __typename
    ... on ChargeSuccess { charge { id receiptNumber amount } balances { moved posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId || desk.assetId, amount: 3000 } }),
    tab("Quote", resident, "", `# ${resident.name}: 払う前の確認。何も動きません / what paying would do; nothing moves
query Quote($input: QuotePaymentInput!) {
  quotePayment(input: $input) {
    __typename
    ... on QuotePaymentSuccess { quote { amount availableAfter store { name } } }
    ${ERROR}
  }
}`, { input: { walletId: wallet, payee: { storeId: shop.storeId }, amount: 300 } }),
    tab("Pay", resident, "", `# ${resident.name}: 支払い。同じキーなら二重に払われません
# The same idempotencyKey answers the same again (replayed: true); change it to pay once more.
mutation Pay($input: PayInput!) {
  ${payment}
}`, pay(last.key)),
    tab("Refund", shop, "", `# ${shop.name}: 返金。LAST_PAYMENT は直前の支払い / the latest payment of this page
mutation Refund($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on RefundPaymentSuccess { refund { receiptNumber amount } payment { refunded refundable } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), paymentId: "LAST_PAYMENT", amount: 100, reason: "RETURNED_GOODS" } }),
    tab("LostAnswer", resident, "drop-after-commit", `# ${resident.name}: 答えが届かなかった支払い / the answer of this payment is dropped on the way
# Recover: ask Outcome, or set the fault to none and send the same key again, or close the key by Abandon.
mutation LostAnswer($input: PayInput!) {
  ${payment}
}`, pay(last.lost)),
    tab("Outcome", resident, "", `# ${resident.name}: あの支払いはどうなった? / what became of the key of LostAnswer; moves nothing
query Outcome($key: UUID!) {
  outcome(operation: PAY, idempotencyKey: $key) {
    state
    receipt { receiptNumber amount }
    refusal { code message }
  }
}`, { key: last.lost }),
    tab("Abandon", resident, "", `# ${resident.name}: このキーでは払わない / close the key for ever, or learn what it did: never both
mutation Abandon($input: AbandonInput!) {
  abandon(input: $input) {
    __typename
    ... on AbandonSuccess { outcome { state receipt { receiptNumber amount } } }
    ${ERROR}
  }
}`, { input: { operation: "PAY", idempotencyKey: last.lost } }),
  ];
}

const bring = new Map();

function tab(name, persona, fault, query, variables) {
  bring.set(name, { persona, fault });
  return { query, variables: JSON.stringify(variables, null, 2) };
}

function choose(persona, fault) {
  choice.persona = persona;
  choice.fault = fault;
  element("persona").value = persona.name;
  element("fault").value = fault;
  element("fault").classList.toggle("set", fault !== "");
}

// The editor tells the name and kind of an operation a moment late, so both are read from the text.
function operation({ query, variables, operationName }) {
  const found = [...query.replaceAll(/#.*/g, "").matchAll(/\b(query|mutation|subscription)\s+(\w+)/g)];
  const one = found.find(([, , name]) => name === operationName) ?? found[0];
  return { kind: one?.[1] ?? "query", body: { query, variables, operationName: one?.[2] ?? null } };
}

function fetcher(params) {
  const { kind, body } = operation(params);
  return kind === "subscription" ? socket().iterate(body) : send(body);
}

async function send(operation) {
  const body = JSON.stringify(operation).replaceAll("LAST_PAYMENT", last.payment || "LAST_PAYMENT");
  const headers = { "content-type": "application/json", "accept-language": choice.locale, authorization: `Bearer ${choice.persona.token}` };
  if (choice.fault && operation.operationName !== "IntrospectionQuery") headers["x-meguru-fault"] = choice.fault;
  const answer = await (await fetch("/graphql", { method: "POST", body, headers })).json();
  last.payment = answer.data?.pay?.payment?.id ?? last.payment;
  return answer;
}

// One connection for each persona and language: a token signs a connection in once.
function socket() {
  const { persona, locale } = choice;
  const key = `${persona.name} ${locale}`;
  if (!clients.has(key)) {
    const url = `${location.origin.replace(/^http/, "ws")}/graphql`;
    const connectionParams = { authorization: `Bearer ${persona.token}`, acceptLanguage: locale };
    clients.set(key, graphqlWs.createClient({ url, connectionParams }));
  }
  return clients.get(key);
}

// Tabs are made anew at each visit, since the ids of a demo town are: nothing is kept in the browser.
function forgetful() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
    get length() { return kept.size; },
  };
}

function cast(personas) {
  const resident = personas.find((one) => one.role === "RESIDENT");
  const of = (role) => personas.find((one) => one.role === role && one.municipality === resident.municipality);
  return { resident, shop: of("MERCHANT_STAFF"), desk: of("DESK") };
}

async function main() {
  const personas = await (await fetch("/dev/personas")).json();
  if (!personas.length) {
    element("graphiql").textContent = "デモのまちがまだありません。make run で起動してください。/ No demo towns yet: start with make run.";
    return;
  }
  for (const one of personas) element("persona").add(new Option(`${one.name} (${one.role})`, one.name));
  const defaultTabs = tabs(cast(personas));
  choose(cast(personas).resident, "");
  element("persona").onchange = (event) => choose(personas.find((one) => one.name === event.target.value), choice.fault);
  element("fault").onchange = (event) => choose(choice.persona, event.target.value);
  element("locale").onchange = (event) => { choice.locale = event.target.value; };
  const onTabChange = ({ tabs: open, activeTabIndex }) => {
    const known = bring.get(open[activeTabIndex].operationName ?? open[activeTabIndex].title);
    if (known && onTabChange.index !== activeTabIndex) choose(known.persona, known.fault);
    onTabChange.index = activeTabIndex;
  };
  const props = { fetcher, defaultTabs, onTabChange, storage: forgetful(), shouldPersistHeaders: false, defaultTheme: "light" };
  ReactDOM.createRoot(element("graphiql")).render(React.createElement(GraphiQL, props));
}

main();
