// Coupons: found, claimed, used in a payment, handed over for an item, and undone by staff.
"use strict";

scene("coupons", "クーポン", "Coupons", ({ resident, store, desk, wallet, ids }) => {
  const payment = { walletId: wallet, payee: { storeId: store.storeId }, amount: 1000, couponIds: [ids.coupon] };
  return [
    tab("Coupons", resident, "使えるクーポンと、いま使えない理由。", "What there is, and in words why it cannot be used now (whyNot).", { municipality: resident.municipality, walletId: wallet }),
    tab("ClaimCoupon", resident, "取得する。1回の取得で1回使えます。", "One claim is good for one use.", {
      input: { idempotencyKey: crypto.randomUUID(), couponId: ids.coupon, wallet: { walletId: wallet } },
    }),
    tab("QuotePayment", resident, "クーポンを使うといくらになるか。お金は動きません。", "The price with the coupon; nothing moves.", { input: payment }),
    tab("Pay", resident, "クーポンを使って支払う。値引き分は自治体が負担し、店舗は定価を受け取ります。", "The town bears the discount: the store gets the list price.", {
      input: { idempotencyKey: crypto.randomUUID(), ...payment, confirmDuplicate: true },
    }),
    tab("QuoteRedemption", resident, "引き換える前に、何を渡すかを確かめる。何も起きません。", "What would be handed over; nothing happens yet.", {
      input: { walletId: wallet, item: { couponId: ids.item }, payee: { storeId: store.storeId } },
    }),
    tab("Redeem", resident, "店舗で品物と引き換える。お金は動きません。", "Handed over at the store; no value moves.", {
      input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, item: { couponId: ids.item }, payee: { storeId: store.storeId } },
    }),
    tab("RollbackRedemption", desk, "誤った引換を取り消す。1件につき1回だけ取り消せます。", "Staff undo a redemption, once; LAST_REDEMPTION is the latest of this page.", {
      input: { idempotencyKey: crypto.randomUUID(), redemptionId: "LAST_REDEMPTION", reason: "WRONG_ITEM" },
    }),
  ];
});
