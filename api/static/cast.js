// Who plays in the scenes, and what their town offers. Whoever is chosen plays the parts of their role in every tab.
"use strict";

const ROLES = {
  RESIDENT: "住民 Resident",
  MERCHANT_STAFF: "店舗スタッフ Store staff",
  DESK: "窓口 Desk",
  FINANCE: "会計 Finance",
  AUDITOR: "監査 Auditor",
};
const VOUCHER = "TOWN_PREMIUM";
const offers = new Map();

// What a town offers, looked up by name, since ids differ in every data folder.
async function learn(municipality) {
  const query = `query Town($municipality: String!) {
    assets(municipality: $municipality) { id code }
    programmes(municipality: $municipality) { id kind asset { code } }
    coupons(municipality: $municipality, first: 100) { edges { node { id kind claimRequired } } }
    voucherProducts(municipality: $municipality) { id code }
  }`;
  const body = JSON.stringify({ query, variables: { municipality }, operationName: "Town" });
  const { data } = await (await fetch("/graphql", { method: "POST", body, headers: { "content-type": "application/json" } })).json();
  const coupons = data.coupons.edges.map((edge) => edge.node);
  offers.set(municipality, {
    ...Object.fromEntries(data.assets.map(({ code, id }) => [code, id])),
    coupon: coupons.find((coupon) => coupon.kind === "PERCENT" && coupon.claimRequired)?.id,
    item: coupons.find((coupon) => coupon.kind === "FREE_ITEM")?.id,
    product: data.voucherProducts.find((product) => product.code === VOUCHER)?.id,
    miles: data.programmes.find(({ kind, asset }) => kind === "GRANT" && asset.code === "HEALTH_MILE")?.id,
    premium: data.programmes.find(({ kind, asset }) => kind === "GRANT" && asset.code === "TOWN_POINT")?.id,
  });
}

// All kinds of value but those of a voucher product, so that the voucher pays. The kinds are what is written in capitals.
function allButVouchers(ids, product) {
  const kinds = Object.keys(ids).filter((name) => name === name.toUpperCase() && name !== "JPY");
  return kinds.filter((name) => !name.startsWith(`${product}_`)).map((name) => ids[name]);
}

// The parts after somebody was chosen: the chosen person, and whoever played before, if of the same town.
function castWith(chosen, before, personas) {
  const all = (role) => personas.filter((persona) => persona.role === role && persona.municipality === chosen.municipality);
  const part = (name, role) => {
    if (chosen.role === role) return chosen;
    return before?.[name].municipality === chosen.municipality ? before[name] : all(role)[0];
  };
  const [resident, finance] = [part("resident", "RESIDENT"), part("finance", "FINANCE")];
  const other = all("RESIDENT").find((persona) => persona !== resident);
  const second = all("FINANCE").find((persona) => persona !== finance);
  const people = { resident, other, store: part("store", "MERCHANT_STAFF"), desk: part("desk", "DESK"), finance, second };
  return { ...people, wallet: resident.walletIds[0], otherWallet: other.walletIds[0], ids: offers.get(chosen.municipality) };
}

function namesOf({ resident, store, wallet, otherWallet, ids }) {
  return { ...ids, municipality: resident.municipality, wallet, otherWallet, store: store.storeId };
}

// Variables of one cast for another: each id becomes its counterpart; what the other town has not is left out.
function recast(text, from, to) {
  const counterparts = namesOf(to);
  const changed = new Map(Object.entries(namesOf(from)).map(([name, id]) => [id, counterparts[name]]));
  try {
    const variables = JSON.parse(text, (_, value) => {
      if (Array.isArray(value)) return value.filter((item) => item !== undefined);
      return changed.has(value) ? changed.get(value) : value;
    });
    return JSON.stringify(variables, null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text; // in the middle of being typed
    throw error;
  }
}
