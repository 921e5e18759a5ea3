// Premium vouchers: on sale, bought with coin, used; and a gift for somebody else.
"use strict";

scene("vouchers", "商品券", "Vouchers", ({ resident, other, store, desk, wallet, otherWallet, ids }) => {
  const buy = (units, gift) => ({ input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, productId: ids.product, units, gift } });
  const handOver = { walletId: wallet, item: { voucherId: "LAST_VOUCHER_LOT" }, payee: { storeId: store.storeId }, units: 1 };
  return [
    tab("VoucherProducts", resident, "販売中の商品券と、あと何口買えるか。", "What is on sale, and how many units you may still buy.", { municipality: resident.municipality }),
    tab("Charge", desk, "まず、3口分をチャージする。", "Coin for three units.", {
      input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId, amount: 15000 },
    }),
    tab("PurchaseVoucher", resident, "2口買う。10,000円で13,000円分です。", "Two units: 10,000 yen for 13,000.", buy(2, false)),
    tab("Wallet", resident, "買った商品券は、残高のロットです。", "LAST_VOUCHER_LOT in the next tabs is the lot of it.", { id: wallet }),
    tab("QuoteRedemption", resident, "1口まるごと渡すと、いくら分で、何が残るか。お金は動きません。", "One whole unit: its worth, and what remains; nothing moves.", { input: handOver }),
    tab("RedeemVoucher", resident, "1口まるごと店舗に渡す。", "One whole unit is handed over.", { input: { idempotencyKey: crypto.randomUUID(), ...handOver } }, { operation: "Redeem" }),
    tab("VoucherPay", resident, "商品券で支払う。excludeAssetIds で、ほかの残高は使わないようにしています。", "The voucher pays: excludeAssetIds leaves every other kind of value out, and payment { allocations } says what paid.", {
      input: {
        idempotencyKey: crypto.randomUUID(), walletId: wallet, payee: { storeId: store.storeId }, amount: 700, confirmDuplicate: true,
        excludeAssetIds: allButVouchers(ids, VOUCHER),
      },
    }, { operation: "Pay" }),
    tab("PurchaseGift", resident, "ギフトとして1口買う。", "One unit for somebody else.", buy(1, true), { operation: "PurchaseVoucher" }),
    tab("IssueGiftNumbers", resident, "番号は一度だけ表示されます。暗証番号は別の方法で伝えてください。", "The numbers are shown once; hand the PIN on by another way.", { input: { giftId: "LAST_GIFT", pin: "2580" } }),
    tab("ActivateGift", other, "ギフトを受け取る。", "The receiver, with the id, the two numbers and the PIN.", {
      input: {
        idempotencyKey: crypto.randomUUID(), walletId: otherWallet, giftId: "LAST_GIFT", serialNumber: "LAST_SERIAL", secretNumber: "LAST_SECRET",
        pin: "2580",
      },
    }),
  ];
});
