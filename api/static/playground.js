// GraphiQL with tabs by scene. A tab brings its persona and its fault along; everything can be changed above. Scenes are in scenes/*.js.
"use strict";

const remembered = { key: crypto.randomUUID(), lost: crypto.randomUUID() };
const choice = { persona: null, locale: "ja", fault: "" };
const clients = new Map();
const scenes = new Map();
const bring = new Map();
let operations = {};
let personas = [];
const element = (id) => document.getElementById(id);

// What the latest answers of this page were about: LAST_PAYMENT and the like in variables stand for it.
const LATEST = {
  PAYMENT: (data) => data.pay?.payment?.id,
  REDEMPTION: (data) => data.redeem?.redemption?.id,
  VOUCHER_LOT: (data) => data.wallet?.balances?.find((balance) => balance.asset.code.startsWith(`${VOUCHER}_`) && balance.lots.length)
    ?.lots.reduce((most, lot) => (Number(lot.amount) > Number(most.amount) ? lot : most)).id,
  GIFT: (data) => data.purchaseVoucher?.purchase?.gift?.id,
  SERIAL: (data) => data.issueGiftNumbers?.serialNumber,
  SECRET: (data) => data.issueGiftNumbers?.secretNumber,
  ASSET: (data) => data.createAsset?.asset?.id,
  PROGRAMME: (data) => data.createProgramme?.programme?.id,
  RULE: (data) => data.programme?.earningRules?.at(-1)?.id,
  PRODUCT: (data) => data.createVoucherProductFromTemplate?.product?.id,
  APPROVAL: (data) => (data.proposeGrant?.proposal ?? data.addEarningRule ?? data.undoBulkGrant)?.approval?.id,
  UPLOAD: (data) => data.createUpload?.upload?.id,
  DUPLICATES: (data) => data.checkBulkGrant?.check?.duplicates?.token,
  BULK_GRANT: (data) => data.startBulkGrant?.bulkGrant?.id,
};
const latest = {};

function scene(name, ja, en, tabs) {
  scenes.set(name, { label: `${ja} / ${en}`, tabs });
}

// A tab plays an operation of the apps (schema/operations) under the tab's own name; a text of its own only where that is what it shows.
function tab(name, persona, ja, en, variables, { operation = name, text = null, fault = "" } = {}) {
  const part = Object.keys(stage.cast).find((known) => stage.cast[known] === persona);
  bring.set(name, { part, fault, ja, en });
  text ??= `# schema/operations: ${operation}.graphql\n${operations[operation].replace(/^(query|mutation|subscription) \w+/, `$1 ${name}`)}`;
  return { query: text.trim(), variables: JSON.stringify(variables, null, 2) };
}

function withLatest(text) {
  return text.replace(/LAST_([A-Z]+(?:_[A-Z]+)*)/g, (placeholder, name) => latest[name] ?? placeholder);
}

function note(data) {
  for (const [name, read] of Object.entries(LATEST)) latest[name] = read(data ?? {}) ?? latest[name];
}

function choose(persona, fault) {
  choice.persona = persona;
  choice.fault = fault;
  element("persona").value = persona.name;
  element("fault").value = fault;
  element("fault").classList.toggle("set", fault !== "");
  element("who").textContent = `${ROLES[persona.role]} ${persona.name}`;
}

// The editor tells the name and kind of an operation a moment late, so both are read from the text.
function operation({ query, variables, operationName }) {
  const named = [...query.replaceAll(/#.*/g, "").matchAll(/\b(query|mutation|subscription)\s+(\w+)/g)];
  const [, kind = "query", name = null] = named.find(([, , name]) => name === operationName) ?? named[0] ?? [];
  return { kind, body: { query, variables, operationName: name } };
}

function fetcher(params) {
  if (lost.asked) return askOutcome();
  const { kind, body } = operation(params);
  const variables = JSON.parse(withLatest(JSON.stringify(body.variables ?? {})));
  return kind === "subscription" ? live({ ...body, variables }) : send({ ...body, variables }, choice.fault);
}

// The editor runs this in place of its tab, so that the outcome is where the answer would have been.
function askOutcome() {
  lost.asked = false;
  return send({ query: operations.Outcome, variables: lost.outcome, operationName: "Outcome" }, "");
}

async function send(sent, fault) {
  const inspected = sent.operationName === "IntrospectionQuery";
  const body = JSON.stringify(sent);
  const headers = { "content-type": "application/json", "accept-language": choice.locale, authorization: `Bearer ${choice.persona.token}` };
  if (fault && !inspected) headers["x-meguru-fault"] = fault;
  let answer;
  try {
    answer = await (await fetch("/graphql", { method: "POST", body, headers })).json();
  } catch {
    return tellLost(sent, choice.locale);
  } finally {
    if (!inspected) showAnswer();
  }
  if (inspected) learnOutcomes(answer.data.__schema);
  else forgetLost();
  note(answer.data);
  if (answer.data?.createUpload?.upload) await sendFile(answer.data.createUpload.upload.address);
  return answer;
}

// On a phone the answer is below the editors.
function showAnswer() {
  if (matchMedia("(max-width: 700px)").matches) document.querySelector(".graphiql-response").scrollIntoView({ block: "center" });
}

// A stream that ends by a lost connection says so in words.
function live(request) {
  const [stream, words] = [socket().iterate(request), LOST[choice.locale]];
  const next = () => stream.next().catch(() => ({ done: false, value: { [words.answer]: words.live } }));
  showAnswer();
  return { next, return: () => stream.return(), throw: (error) => stream.throw(error), [Symbol.asyncIterator]() { return this; } };
}

// The file that the address waits for, as a back office would send it: two right rows, and one that is wrong.
async function sendFile(address) {
  const wallets = personas.flatMap(({ role, municipality, walletIds }) => (role === "RESIDENT" && municipality === choice.persona.municipality ? walletIds[0] : []));
  const rows = [...wallets.slice(0, 2).map((wallet, number) => `${wallet},${100 * (number + 1)},`), "wal_nobody,100,"];
  const headers = { "content-type": "text/csv", authorization: `Bearer ${choice.persona.token}` };
  await fetch(address, { method: "PUT", headers, body: ["walletId,amount,note", ...rows].join("\n") });
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

// Tabs are made anew at each visit, since the ids of a demo town are: nothing is kept in the browser. The editor takes the variables of its
// first tab from here only.
function forgetful({ variables }) {
  const kept = new Map([["graphiql:variables", variables], ["graphiql:secondaryEditorFlex", "1"]]); // the operation and its variables: equal heights
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
    get length() { return kept.size; },
  };
}

async function main() {
  [personas, operations] = await Promise.all(["/dev/personas", "/playground/operations"].map(async (path) => (await fetch(path)).json()));
  if (!personas.length) {
    element("graphiql").textContent = "デモのまちがまだありません。make run で起動してください。/ No demo towns yet: start with make run.";
    return;
  }
  const towns = [...new Set(personas.map(({ municipality }) => municipality))];
  await Promise.all(towns.map(learn));
  for (const town of towns) {
    const group = document.createElement("optgroup");
    group.label = personas.find((persona) => persona.role === "DESK" && persona.municipality === town).name.split(" ")[0];
    for (const { name, role, municipality } of personas) if (municipality === town) group.append(new Option(`${name}（${ROLES[role].split(" ")[0]}）`, name));
    element("persona").append(group);
  }
  for (const [name, { label }] of scenes) element("scene").add(new Option(label, name));
  element("persona").onchange = (event) => play(personas.find((persona) => persona.name === event.target.value));
  element("fault").onchange = (event) => choose(choice.persona, event.target.value);
  element("locale").onchange = (event) => { choice.locale = event.target.value; };
  element("scene").onchange = (event) => { location.hash = event.target.value; };
  element("ask").onclick = () => { lost.asked = true; press(); };
  element("again").onclick = () => { choose(choice.persona, ""); press(); };
  window.onhashchange = show;
  stage.cast = castWith(personas.find((persona) => persona.role === "RESIDENT"), null, personas);
  openTill(stage.cast.store, operations.StoreEvents);
  show();
}

function press() {
  document.querySelector(".graphiql-execute-button").click();
}

// The cast; the one that the scene began with; the tab in front, and the cast of the variables that are shown; for each tab, the cast of those
// that the editor has kept, which it does a moment after they changed.
const stage = { cast: null, first: null, tab: null, shown: null, kept: new Map() };
let root = null;

// A person was chosen: they play the parts of their role from now on, in the variables too, and the till is that of their store.
function play(persona) {
  stage.cast = castWith(persona, stage.cast, personas);
  openTill(stage.cast.store, operations.StoreEvents);
  choose(persona, choice.fault);
  rewrite();
}

function variablesEditor() {
  return document.querySelector(".graphiql-editor-tool .CodeMirror")?.CodeMirror;
}

// Writes the variables of the tab in front for the cast of now.
function rewrite() {
  const [editor, from] = [variablesEditor(), stage.shown];
  stage.shown = stage.cast;
  const text = from === stage.cast ? editor.getValue() : recast(editor.getValue(), from, stage.cast);
  if (text !== editor.getValue()) editor.setValue(text);
}

// A tab comes to the front with its persona, its fault and what it is about.
function enter({ operationName, title }) {
  forgetLost();
  const known = bring.get(operationName ?? title);
  element("what-ja").textContent = known?.ja ?? "";
  element("what-en").textContent = known?.en ?? "";
  if (known) choose(stage.cast[known.part], known.fault);
}

// A scene is an address of its own (#coupons), so that it can be sent to a colleague.
function show() {
  const name = scenes.has(location.hash.slice(1)) ? location.hash.slice(1) : "payment";
  Object.assign(stage, { first: stage.cast, tab: null, shown: stage.cast, kept: new Map() });
  const defaultTabs = scenes.get(name).tabs(stage.cast);
  element("scene").value = name;
  enter({ operationName: operation(defaultTabs[0]).body.operationName });
  const onTabChange = ({ tabs, activeTabIndex }) => {
    const front = tabs[activeTabIndex];
    const stayed = front.id === stage.tab || (stage.tab === null && activeTabIndex === 0);
    stage.tab = front.id;
    if (stayed) {
      if (front.variables === variablesEditor()?.getValue()) stage.kept.set(front.id, stage.shown);
      return;
    }
    stage.shown = stage.kept.get(front.id) ?? stage.first;
    enter(front);
    rewrite();
  };
  const props = {
    key: name, fetcher, defaultTabs, onTabChange, storage: forgetful(defaultTabs[0]), shouldPersistHeaders: false, defaultTheme: "light",
    isHeadersEditorEnabled: false, defaultEditorToolsVisibility: "variables",
  };
  root ??= ReactDOM.createRoot(element("graphiql"));
  root.render(React.createElement(GraphiQL, props));
}

window.addEventListener("DOMContentLoaded", main);
