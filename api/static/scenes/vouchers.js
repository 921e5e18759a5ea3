// Premium vouchers: on sale, bought with coin, used; and a gift for somebody else.
"use strict";

scene("vouchers", "商品券", "Vouchers", ({ resident, other, store, desk, wallet, otherWallet, ids }) => {
  const buy = (gift) => ({ input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, productId: ids.product, units: 1, gift } });
  return [
    tab("VoucherProducts", resident, "販売中の商品券と、あと何口買えるか", "what is on sale, and how many units you may still buy", { municipality: resident.municipality }),
    tab("Charge", desk, "まず、2口分をチャージする", "coin for two units", {
      input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId, amount: 10000 },
    }),
    tab("PurchaseVoucher", resident, "1口買う。5,000円で6,500円分です。", "one unit: 5,000 yen for 6,500", buy(false)),
    tab("Pay", resident, "使うときは、いつもの支払いと同じです。期限の早いものから使われます。", "vouchers are spent by pay; explain says what paid", {
      input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, payee: { storeId: store.storeId }, amount: 700, confirmDuplicate: true },
    }),
    tab("PurchaseGift", resident, "ギフトとして1口買う", "one unit for somebody else", buy(true), { operation: "PurchaseVoucher" }),
    tab("IssueGiftNumbers", resident, "番号は一度だけ表示されます。暗証番号は別の方法で伝えてください。", "the numbers are shown once; hand the PIN on by another way", { input: { giftId: "LAST_GIFT", pin: "2580" } }),
    tab("ActivateGift", other, "ギフトを受け取る", "the receiver, with the id, the two numbers and the PIN", {
      input: {
        idempotencyKey: crypto.randomUUID(), walletId: otherWallet, giftId: "LAST_GIFT", serialNumber: "LAST_SERIAL", secretNumber: "LAST_SECRET",
        pin: "2580",
      },
    }),
  ];
});
