// The till of the scenes' store: it listens from the start, whatever tab or scene is open, and says what happened at the store.
"use strict";

const HAPPENED = {
  PaymentSettled: "支払い Payment",
  PaymentRefunded: "返金 Refund",
  ChargeSettled: "チャージ Top-up",
  ChargeCancelled: "チャージの取消し Top-up cancelled",
  VoucherPurchased: "商品券の販売 Voucher sold",
  ItemRedeemed: "引換え Redeemed",
  RedemptionRolledBack: "引換えの取消し Redemption undone",
  JournalReversed: "取引の取消し Reversed",
};
const SHOWN_AT_ONCE = 6;
const till = { persona: null, client: null };

// Closes the till of another store, and opens this one; what a lost connection missed is asked for by the last event heard.
function openTill(persona, text) {
  if (persona === till.persona) return;
  till.client?.dispose();
  till.persona = persona;
  document.getElementById("till-store").textContent = persona.name;
  document.getElementById("till-events").replaceChildren();
  tellTill("接続しています… connecting", false);
  const client = graphqlWs.createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${persona.token}` },
    retryAttempts: Infinity,
    shouldRetry: () => true,
    on: {
      connected: () => client === till.client && tellTill("接続中 live", true),
      closed: () => client === till.client && tellTill("つなぎ直しています… reconnecting", false),
    },
  });
  till.client = client;
  const request = { query: text, variables: { storeId: persona.storeId }, operationName: "StoreEvents" };
  client.subscribe(request, {
    next: ({ data, errors }) => {
      if (errors) return tellTill(errors[0].message, false);
      request.variables.after = data.storeEvents.eventId;
      ring(data.storeEvents);
    },
    error: () => tellTill("受け取れません。ページを開き直してください。 Reload this page", false),
    complete: () => {},
  });
}

function tellTill(text, live) {
  const state = document.getElementById("till-state");
  state.textContent = text;
  state.classList.toggle("live", live);
}

function ring({ __typename, amount, receiptNumber, occurredAt }) {
  const line = document.createElement("li");
  const yen = amount === null ? "" : `¥${Number(amount).toLocaleString("ja-JP")}`;
  const time = new Date(occurredAt).toLocaleTimeString("ja-JP");
  line.textContent = [HAPPENED[__typename] ?? __typename, yen, receiptNumber ?? "", time].filter(Boolean).join("  ");
  const events = document.getElementById("till-events");
  events.prepend(line);
  while (events.children.length > SHOWN_AT_ONCE) events.lastChild.remove();
}
