// Coupons: found, claimed, used in a payment, handed over for an item, and undone by staff.
"use strict";

scene("coupons", "クーポン", "Coupons", ({ resident, shop, desk, wallet, ids }) => {
  const payment = { walletId: wallet, payee: { storeId: shop.storeId }, amount: 1000, couponIds: [ids.coupon] };
  return [
    tab("Coupons", resident, `# ${resident.name}: 使えるクーポンと、使えない理由 / what there is, and in words why it cannot be used now
query Coupons($municipality: String!, $walletId: ID!) {
  coupons(municipality: $municipality, walletId: $walletId) {
    edges {
      claimCount
      whyNot { obstacle message }
      node { id name kind borneBy rateBp discountMaximum minimumSpend claimRequired endsAt stockLeft store { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`, { municipality: resident.municipality, walletId: wallet }),
    tab("ClaimCoupon", resident, `# ${resident.name}: 取得する。1回の取得で1回使えます / one claim is good for one use
mutation ClaimCoupon($input: ClaimCouponInput!) {
  claimCoupon(input: $input) {
    __typename
    ... on ClaimCouponSuccess { claim { receiptNumber claimedAt coupon { name } } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), couponId: ids.coupon, wallet: { walletId: wallet } } }),
    tab("CouponQuote", resident, `# ${resident.name}: クーポンを使うといくらか / the price with the coupon; nothing moves
query CouponQuote($input: QuotePaymentInput!) {
  quotePayment(input: $input) {
    __typename
    ... on QuotePaymentSuccess { quote { listAmount discount amount coupons { discount borneBy coupon { name } } } }
    ${ERROR}
  }
}`, { input: payment }),
    tab("CouponPay", resident, `# ${resident.name}: クーポンで支払う。お店は定価を受け取ります / the town bears it: the shop gets the list price
mutation CouponPay($input: PayInput!) {
  pay(input: $input) {
    __typename
    ... on PaySuccess { payment { id receiptNumber listAmount discount amount } balances { asset { name } moved posted } replayed }
    ... on CouponNotUsableError { obstacle }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), ...payment, confirmDuplicate: true } }),
    tab("RedeemItem", resident, `# ${resident.name}: お店で引き換える。お金は動きません / handed over at the shop; no value moves
mutation RedeemItem($input: RedeemInput!) {
  redeem(input: $input) {
    __typename
    ... on RedeemSuccess { redemption { id receiptNumber item redeemedAt itemCoupon { name } store { name } } replayed }
    ... on CouponNotUsableError { obstacle }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, item: { couponId: ids.item }, payee: { storeId: shop.storeId } } }),
    tab("RollbackItem", desk, `# ${desk.name}: まちがった引換を取り消す / staff undo a redemption, once; LAST_REDEMPTION is the latest of this page
mutation RollbackItem($input: RollbackRedemptionInput!) {
  rollbackRedemption(input: $input) {
    __typename
    ... on RollbackRedemptionSuccess { rollback { receiptNumber rollbackReason redemption { rolledBack } } balances { moved posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), redemptionId: "LAST_REDEMPTION", reason: "WRONG_ITEM" } }),
  ];
});
