// GraphiQL with tabs by scene. A tab brings its persona and its fault along; everything can be changed above. Scenes are in scenes/*.js.
"use strict";

const remembered = { key: crypto.randomUUID(), lost: crypto.randomUUID() };
const choice = { persona: null, locale: "ja", fault: "" };
const clients = new Map();
const scenes = new Map();
const bring = new Map();
let operations = {};
const element = (id) => document.getElementById(id);

// What the latest answers of this page were about: LAST_PAYMENT and the like in variables stand for it.
const LATEST = {
  PAYMENT: (data) => data.pay?.payment?.id,
  REDEMPTION: (data) => data.redeem?.redemption?.id,
  VOUCHER_LOT: (data) => data.wallet?.balances?.find((balance) => balance.asset.code.startsWith("TOWN_PREMIUM_"))
    ?.lots.reduce((most, lot) => (Number(lot.amount) > Number(most.amount) ? lot : most))?.id,
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
  bring.set(name, { persona, fault });
  const comments = [persona.name, ...ja.split(/(?<=。)/), ...wrapped(en)];
  if (text === null) {
    comments.push(`schema/operations: ${operation}.graphql`);
    text = operations[operation].replace(/^(query|mutation|subscription) \w+/, `$1 ${name}`);
  }
  return { query: `${comments.map((line) => `# ${line}\n`).join("")}${text.trim()}`, variables: JSON.stringify(variables, null, 2) };
}

// Lines that are not cut off beside the answer.
function wrapped(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > 52) lines.push("");
    lines[lines.length - 1] += lines.at(-1) ? ` ${word}` : word;
  }
  return lines;
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
}

// The editor tells the name and kind of an operation a moment late, so both are read from the text.
function operation({ query, variables, operationName }) {
  const named = [...query.replaceAll(/#.*/g, "").matchAll(/\b(query|mutation|subscription)\s+(\w+)/g)];
  const [, kind = "query", name = null] = named.find(([, , name]) => name === operationName) ?? named[0] ?? [];
  return { kind, body: { query, variables, operationName: name } };
}

function fetcher(params) {
  const { kind, body } = operation(params);
  const variables = JSON.parse(withLatest(JSON.stringify(body.variables ?? {})));
  return kind === "subscription" ? socket().iterate({ ...body, variables }) : send({ ...body, variables });
}

async function send(operation) {
  const body = JSON.stringify(operation);
  const headers = { "content-type": "application/json", "accept-language": choice.locale, authorization: `Bearer ${choice.persona.token}` };
  if (choice.fault && operation.operationName !== "IntrospectionQuery") headers["x-meguru-fault"] = choice.fault;
  const answer = await (await fetch("/graphql", { method: "POST", body, headers })).json();
  note(answer.data);
  if (answer.data?.createUpload?.upload) await sendFile(answer.data.createUpload.upload.address);
  return answer;
}

// The file that the address waits for, as a back office would send it: two right rows, and one that is wrong.
async function sendFile(address) {
  const wallets = choice.personas.flatMap(({ role, municipality, walletIds }) => (role === "RESIDENT" && municipality === choice.persona.municipality ? walletIds[0] : []));
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

// Whom the scenes are about, and what their town offers: looked up by name, since ids differ in every data folder.
async function world(personas) {
  const resident = personas.find((persona) => persona.role === "RESIDENT");
  const all = (role) => personas.filter((persona) => persona.role === role && persona.municipality === resident.municipality);
  const [finance, second] = all("FINANCE");
  const other = all("RESIDENT")[1];
  const query = `query Town($municipality: String!) {
    assets(municipality: $municipality) { id code }
    programmes(municipality: $municipality) { id kind asset { code } }
    coupons(municipality: $municipality, first: 100) { edges { node { id kind claimRequired } } }
    voucherProducts(municipality: $municipality) { id code }
  }`;
  const body = JSON.stringify({ query, variables: { municipality: resident.municipality }, operationName: "Town" });
  const { data } = await (await fetch("/graphql", { method: "POST", body, headers: { "content-type": "application/json" } })).json();
  const coupons = data.coupons.edges.map((edge) => edge.node);
  const ids = {
    ...Object.fromEntries(data.assets.map(({ code, id }) => [code, id])),
    coupon: coupons.find((coupon) => coupon.kind === "PERCENT" && coupon.claimRequired)?.id,
    item: coupons.find((coupon) => coupon.kind === "FREE_ITEM")?.id,
    product: data.voucherProducts.find((product) => product.code === "TOWN_PREMIUM")?.id,
    miles: data.programmes.find(({ kind, asset }) => kind === "GRANT" && asset.code === "HEALTH_MILE")?.id,
    premium: data.programmes.find(({ kind, asset }) => kind === "GRANT" && asset.code === "TOWN_POINT")?.id,
  };
  const store = all("MERCHANT_STAFF")[0];
  return { resident, other, store, desk: all("DESK")[0], finance, second, wallet: resident.walletIds[0], otherWallet: other.walletIds[0], ids };
}

async function main() {
  let personas;
  [personas, operations] = await Promise.all(["/dev/personas", "/playground/operations"].map(async (path) => (await fetch(path)).json()));
  if (!personas.length) {
    element("graphiql").textContent = "デモのまちがまだありません。make run で起動してください。/ No demo towns yet: start with make run.";
    return;
  }
  choice.personas = personas;
  const people = await world(personas);
  for (const { name, role } of personas) element("persona").add(new Option(`${name} (${role})`, name));
  for (const [name, { label }] of scenes) element("scene").add(new Option(label, name));
  element("persona").onchange = (event) => choose(personas.find((persona) => persona.name === event.target.value), choice.fault);
  element("fault").onchange = (event) => choose(choice.persona, event.target.value);
  element("locale").onchange = (event) => { choice.locale = event.target.value; };
  element("scene").onchange = (event) => { location.hash = event.target.value; };
  window.onhashchange = () => show(people);
  show(people);
}

let root = null;

// A scene is an address of its own (#coupons), so that it can be sent to a colleague.
function show(people) {
  const name = scenes.has(location.hash.slice(1)) ? location.hash.slice(1) : "payment";
  const defaultTabs = scenes.get(name).tabs(people);
  element("scene").value = name;
  const first = bring.get(operation(defaultTabs[0]).body.operationName);
  choose(first.persona, first.fault);
  const onTabChange = ({ tabs: open, activeTabIndex }) => {
    const known = bring.get(open[activeTabIndex].operationName ?? open[activeTabIndex].title);
    if (known && onTabChange.index !== activeTabIndex) choose(known.persona, known.fault);
    onTabChange.index = activeTabIndex;
  };
  const props = { key: name, fetcher, defaultTabs, onTabChange, storage: forgetful(), shouldPersistHeaders: false, defaultTheme: "light" };
  root ??= ReactDOM.createRoot(element("graphiql"));
  root.render(React.createElement(GraphiQL, props));
}

window.addEventListener("DOMContentLoaded", main);
