// Points: earned by payments, waiting, taken back by refunds; and miles that become points.
"use strict";

scene("points", "ポイント", "Points", ({ resident, shop, wallet, ids }) => {
  const payment = { walletId: wallet, payee: { storeId: shop.storeId }, amount: 1000 };
  const conversion = { walletId: wallet, fromAssetId: ids.HEALTH_MILE, toAssetId: ids.TOWN_POINT, amount: 200 };
  const grants = "pointGrants { amount usableFrom expiresOn programme { name } ruleTrace { amount reason rule { name } } }";
  return [
    tab("PointsWallet", resident, `# ${resident.name}: 残高と付与予定 / balances; pending points may be spent later
query PointsWallet {
  viewer {
    wallets {
      municipality { name }
      balances {
        asset { name unit }
        posted
        available
        pending
        debt
        lots { amount usableFrom expiresOn }
      }
    }
  }
}`, {}),
    tab("PointsQuote", resident, `# ${resident.name}: 払う前に、つくポイントを見る / the points that a payment would earn, rule by rule
query PointsQuote($input: QuotePaymentInput!) {
  quotePayment(input: $input) {
    __typename
    ... on QuotePaymentSuccess { quote { amount ${grants} } }
    ${ERROR}
  }
}`, { input: payment }),
    tab("PointsPay", resident, `# ${resident.name}: ポイントがつく支払い / they wait 7 days: look at PointsWallet afterwards
mutation PointsPay($input: PayInput!) {
  pay(input: $input) {
    __typename
    ... on PaySuccess { payment { id receiptNumber amount ${grants} } balances { asset { name } moved posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), ...payment, confirmDuplicate: true } }),
    tab("PointsRefund", shop, `# ${shop.name}: 半分を返金。ポイントも半分戻る / the points of what is given back are taken back
mutation PointsRefund($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on RefundPaymentSuccess {
      refund { receiptNumber amount }
      payment { refunded refundable }
    }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), paymentId: "LAST_PAYMENT", amount: 500, reason: "RETURNED_GOODS" } }),
    tab("PointsBack", resident, `# ${resident.name}: 戻されたポイント。見えるのは本人だけ / what the refund took back; told to the wallet's own people only
query PointsBack($id: ID!) {
  payment(id: $id) {
    refunded
    refunds { receiptNumber amount pointClawbacks { amount deducted debt waived asset { name } } }
  }
}`, { id: "LAST_PAYMENT" }),
    tab("ConvertQuote", resident, `# ${resident.name}: マイルをポイントに。何も動きません / what 200 miles would become; nothing moves
query ConvertQuote($input: QuoteConversionInput!) {
  quoteConversion(input: $input) {
    __typename
    ... on QuoteConversionSuccess { quote { amount receivedAmount leftToday expiresOn fromAsset { name } toAsset { name } } }
    ${ERROR}
  }
}`, { input: conversion }),
    tab("Convert", resident, `# ${resident.name}: 交換する。見積もりどおりでなければ動きません / as quoted, or QUOTE_CHANGED
mutation Convert($input: ConvertInput!) {
  convert(input: $input) {
    __typename
    ... on ConvertSuccess {
      conversion { receiptNumber amount receivedAmount received { amount expiresOn } }
      balances { asset { name } moved posted }
      replayed
    }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), ...conversion, expectedAmount: 100 } }),
  ];
});
