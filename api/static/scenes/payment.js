// A payment's journey: money in, paid, given back, and what bad networks do.
"use strict";

scene("payment", "支払い", "Payments", ({ resident, shop, desk, wallet }) => {
  const pay = (idempotencyKey) => ({ input: { idempotencyKey, walletId: wallet, payee: { storeId: shop.storeId }, amount: 300, confirmDuplicate: true } });
  const payment = `pay(input: $input) {
    __typename
    ... on PaySuccess {
      payment { id receiptNumber amount paidAt store { name } pointGrants { amount usableFrom } }
      balances { asset { name } moved posted }
      replayed
    }
    ${ERROR}
  }`;
  return [
    tab("Wallet", resident, `# ${resident.name}: 残高と履歴 / balances and history
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
    tab("Till", shop, `# ${shop.name}: この店の入金をその場で見る / press play, then pay in the next tabs
subscription Till($storeId: ID!) {
  paymentSettled(storeId: $storeId) {
    __typename
    ... on PaymentSettled { eventId occurredAt receiptNumber amount }
  }
}`, { storeId: shop.storeId }),
    tab("Charge", desk, `# ${desk.name}: 窓口で現金チャージ / top a wallet up with cash
mutation Charge($input: ChargeInput!) {
  charge(input: $input) {
    __typename
    ... on ChargeSuccess { charge { id receiptNumber amount } balances { moved posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId || desk.assetId, amount: 3000 } }),
    tab("Quote", resident, `# ${resident.name}: 払う前の確認。何も動きません / what paying would do; nothing moves
query Quote($input: QuotePaymentInput!) {
  quotePayment(input: $input) {
    __typename
    ... on QuotePaymentSuccess { quote { amount availableAfter store { name } pointGrants { amount usableFrom } } }
    ${ERROR}
  }
}`, { input: { walletId: wallet, payee: { storeId: shop.storeId }, amount: 300 } }),
    tab("Pay", resident, `# ${resident.name}: 支払い。同じキーなら二重に払われません
# The same idempotencyKey answers the same again (replayed: true); change it to pay once more.
mutation Pay($input: PayInput!) {
  ${payment}
}`, pay(remembered.key)),
    tab("Refund", shop, `# ${shop.name}: 返金。LAST_PAYMENT は直前の支払い / the latest payment of this page
mutation Refund($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    __typename
    ... on RefundPaymentSuccess { refund { receiptNumber amount } payment { refunded refundable } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), paymentId: "LAST_PAYMENT", amount: 100, reason: "RETURNED_GOODS" } }),
    tab("LostAnswer", resident, `# ${resident.name}: 答えが届かなかった支払い / the answer of this payment is dropped on the way
# Recover: ask Outcome, or set the fault to none and send the same key again, or close the key by Abandon.
mutation LostAnswer($input: PayInput!) {
  ${payment}
}`, pay(remembered.lost), "drop-after-commit"),
    tab("Outcome", resident, `# ${resident.name}: あの支払いはどうなった? / what became of the key of LostAnswer; moves nothing
query Outcome($key: UUID!) {
  outcome(operation: PAY, idempotencyKey: $key) {
    state
    receipt { receiptNumber amount }
    refusal { code message }
  }
}`, { key: remembered.lost }),
    tab("Abandon", resident, `# ${resident.name}: このキーでは払わない / close the key for ever, or learn what it did: never both
mutation Abandon($input: AbandonInput!) {
  abandon(input: $input) {
    __typename
    ... on AbandonSuccess { outcome { state receipt { receiptNumber amount } } }
    ${ERROR}
  }
}`, { input: { operation: "PAY", idempotencyKey: remembered.lost } }),
  ];
});
