// Premium vouchers: on sale, bought with coin, used; and a gift for somebody else.
"use strict";

scene("vouchers", "商品券", "Vouchers", ({ resident, other, shop, desk, wallet, otherWallet, ids }) => {
  const purchase = `purchaseVoucher(input: $input) {
    __typename
    ... on PurchaseVoucherSuccess {
      purchase { receiptNumber amount faceValue units allocations { amount expiresOn asset { name } } gift { id } }
      balances { asset { name } moved posted }
      replayed
    }
    ${ERROR}
  }`;
  const buy = (gift) => ({ input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, productId: ids.product, units: 1, gift } });
  return [
    tab("Vouchers", resident, `# ${resident.name}: 販売中の商品券 / what is on sale, and how many units you may still buy
query Vouchers($municipality: String!) {
  voucherProducts(municipality: $municipality) {
    id
    name
    state
    price
    faceValue
    stockLeft
    unitsLeftForViewer
    saleEndsAt
    expiresOn
    subVouchers { name faceValue eligibleStores(first: 3) { totalCount edges { node { name } } } }
  }
}`, { municipality: resident.municipality }),
    tab("VoucherMoney", desk, `# ${desk.name}: まず、2口ぶんをチャージ / coin for two units
mutation VoucherMoney($input: ChargeInput!) {
  charge(input: $input) {
    __typename
    ... on ChargeSuccess { charge { receiptNumber amount } balances { posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), wallet: { walletId: wallet }, assetId: resident.assetId, amount: 10000 } }),
    tab("BuyVoucher", resident, `# ${resident.name}: 1口買う。5,000円で6,500円分 / one unit: 5,000 yen for 6,500
mutation BuyVoucher($input: PurchaseVoucherInput!) {
  ${purchase}
}`, buy(false)),
    tab("VoucherPay", resident, `# ${resident.name}: 使うのはいつもの支払い。期限の早いものから / vouchers are spent by pay; explain says what paid
mutation VoucherPay($input: PayInput!) {
  pay(input: $input) {
    __typename
    ... on PaySuccess { payment { id receiptNumber amount explain allocations { amount asset { name } } } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), walletId: wallet, payee: { storeId: shop.storeId }, amount: 700, confirmDuplicate: true } }),
    tab("BuyGift", resident, `# ${resident.name}: 贈り物として1口 / one unit for somebody else
mutation BuyGift($input: PurchaseVoucherInput!) {
  ${purchase}
}`, buy(true)),
    tab("GiftNumbers", resident, `# ${resident.name}: 番号は一度だけ表示。暗証番号は別の方法で伝える / the numbers are told once; tell the PIN by another way
mutation GiftNumbers($input: IssueGiftNumbersInput!) {
  issueGiftNumbers(input: $input) {
    __typename
    ... on IssueGiftNumbersSuccess { gift { id faceValue units used } serialNumber secretNumber }
    ${ERROR}
  }
}`, { input: { giftId: "LAST_GIFT", pin: "2580" } }),
    tab("ActivateGift", other, `# ${other.name}: 受け取る / the receiver, with the id, the two numbers and the PIN
mutation ActivateGift($input: ActivateGiftInput!) {
  activateGift(input: $input) {
    __typename
    ... on ActivateGiftSuccess { activation { receiptNumber amount } balances { asset { name } moved posted } replayed }
    ${ERROR}
  }
}`, {
      input: {
        idempotencyKey: crypto.randomUUID(), walletId: otherWallet, giftId: "LAST_GIFT", serialNumber: "LAST_SERIAL", secretNumber: "LAST_SECRET",
        pin: "2580",
      },
    }),
  ];
});
