// A payment's journey: money in, paid, given back, and what bad networks do.
"use strict";

scene("payment", "支払い", "Payments", ({ resident, store, desk, wallet }) => {
  const pay = (idempotencyKey) => ({ input: { idempotencyKey, walletId: wallet, payee: { storeId: store.storeId }, amount: 300, confirmDuplicate: true } });
  return [
    tab("Wallet", resident, "残高。", "Balances by kind of value and by lot.", { id: wallet }),
    tab("WalletHistory", resident, "取引の履歴。", "What has happened to the wallet, the latest first.", { id: wallet, first: 5 }),
    tab("Till", store, "この店舗への支払いをリアルタイムで見る。▶を押してから、Payのタブで支払ってください。いちばん下の「レジ」は、タブを移っても受け取り続けます。", "Press play, then pay in the tab Pay in another window. The till at the bottom of this page listens all the time, whatever tab is open.", { storeId: store.storeId }, {
      text: `subscription Till($storeId: ID!) {
  paymentSettled(storeId: $storeId) {
    __typename
    ... on Event {
      eventId
      occurredAt
      receiptNumber
      amount
    }
  }
}
`,
    }),
    tab("Charge", desk, "窓口で現金をチャージする。", "Top a wallet up with cash.", {
      input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId || desk.assetId, amount: 3000 },
    }),
    tab("QuotePayment", resident, "支払う前の確認。お金は動きません。", "What paying would do; nothing moves.", {
      input: { walletId: wallet, payee: { storeId: store.storeId }, amount: 300 },
    }),
    tab("Pay", resident, "支払う。同じ idempotencyKey なら、二重に支払われることはありません。", "The same key answers the same again (replayed: true); change it to pay once more.", pay(remembered.key)),
    tab("RefundPayment", store, "返金する。LAST_PAYMENT は直前の支払いです。", "LAST_PAYMENT is the latest payment of this page.", {
      input: { idempotencyKey: crypto.randomUUID(), paymentId: "LAST_PAYMENT", amount: 100, reason: "RETURNED_GOODS" },
    }),
    tab("LostAnswer", resident, "応答が届かなかった支払い。▶を押すと、済んだかどうかの確かめ方が表示されます。", "A payment whose answer is dropped on the way. Ask the outcome, or send the same key again without the fault, or close the key by Abandon.", pay(remembered.lost), {
      operation: "Pay",
      fault: "drop-after-commit",
    }),
    tab("Outcome", resident, "さきほどの支払いはどうなったか。お金は動きません。", "What became of the key of LostAnswer; nothing moves.", { operation: "PAY", idempotencyKey: remembered.lost }),
    tab("Abandon", resident, "このキーではもう支払わない。すでに支払い済みなら、その控えが返ります。", "Close the key for ever, or learn what it did: never both.", {
      input: { operation: "PAY", idempotencyKey: remembered.lost },
    }),
  ];
});
