// Points: earned by payments, waiting, taken back by refunds; and miles that become points.
"use strict";

scene("points", "ポイント", "Points", ({ resident, store, wallet, ids }) => {
  const payment = { walletId: wallet, payee: { storeId: store.storeId }, amount: 1000 };
  const conversion = { walletId: wallet, fromAssetId: ids.HEALTH_MILE, toAssetId: ids.TOWN_POINT, amount: 200 };
  return [
    tab("Wallet", resident, "残高と付与予定のポイント。", "Balances; pending points may be spent later.", { id: wallet }),
    tab("QuotePayment", resident, "支払う前に、付与されるポイントを確認する。", "pointGrants: what a payment would earn, rule by rule.", { input: payment }),
    tab("Pay", resident, "ポイントが付く支払い。使えるのは7日後からです。", "They wait 7 days: look at Wallet afterwards.", {
      input: { idempotencyKey: crypto.randomUUID(), ...payment, confirmDuplicate: true },
    }),
    tab("RefundPayment", store, "半額を返金する。その分のポイントは回収されます。", "The points of what is given back are taken back.", {
      input: { idempotencyKey: crypto.randomUUID(), paymentId: "LAST_PAYMENT", amount: 500, reason: "RETURNED_GOODS" },
    }),
    tab("Payment", resident, "返金で回収されたポイント。見られるのは本人だけです。", "refunds { pointClawbacks }: shown to the wallet's own people only.", { id: "LAST_PAYMENT" }),
    tab("QuoteConversion", resident, "マイルを交換すると何ポイントになるか。まだ交換されません。", "What 200 miles would become; nothing moves.", { input: conversion }),
    tab("Convert", resident, "交換する。見積もりと違うときは交換されません。", "As quoted, or refused with QUOTE_CHANGED.", {
      input: { idempotencyKey: crypto.randomUUID(), ...conversion, expectedAmount: 100 },
    }),
  ];
});
