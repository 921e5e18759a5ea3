// Municipal staff: a kind of value, a programme that gives it, a rule, a coupon, and a voucher product by two officers.
"use strict";

scene("staff", "自治体の職員", "Municipal staff", ({ finance, second, shop, ids }) => {
  const municipality = finance.municipality;
  const year = new Date().getFullYear();
  const name = `TRY_${crypto.randomUUID().slice(0, 6).toUpperCase()}`;
  const period = { startsAt: new Date().toISOString(), endsAt: `${year + 1}-04-01T00:00:00+09:00` };
  return [
    tab("NewAsset", finance, `# ${finance.name}: 新しいポイントの種類 / a new kind of value; it is never changed but in what makes nobody lose
mutation NewAsset($input: CreateAssetInput!) {
  createAsset(input: $input) {
    __typename
    ... on CreateAssetSuccess { asset { id code name kind paid } }
    ... on InvalidInputError { field problem }
    ${ERROR}
  }
}`, {
      input: {
        municipality, code: name, kind: "SHOPPING_POINT", nameJa: "おためしポイント", nameEn: "Trial points", unitJa: "ポイント", unitEn: "point", paid: false,
        legalProfile: "MUNICIPALITY", sixMonthExempt: true, expiryRule: "MONTHS_AFTER_ISSUE", expiresAfterMonths: 6, minimumUnit: 1, chargeMaximum: 1,
        paymentMaximum: 100000, transferable: false, returnsToBudget: true,
      },
    }),
    tab("NewProgramme", finance, `# ${finance.name}: 予算を持つ事業 / more than its budget can never be given
mutation NewProgramme($input: CreateProgrammeInput!) {
  createProgramme(input: $input) {
    __typename
    ... on CreateProgrammeSuccess { programme { id name kind budget budgetLeft activatesAfterDays clawbackRule } replayed }
    ... on InvalidInputError { field problem }
    ${ERROR}
  }
}`, {
      input: {
        idempotencyKey: crypto.randomUUID(), municipality, kind: "EARNING", nameJa: "おためし事業", nameEn: "Trial", assetId: "LAST_ASSET", budget: 10000,
        ...period, activatesAfterDays: 0, clawbackRule: "WAIVE",
      },
    }),
    tab("NewRule", finance, `# ${finance.name}: 付与ルール。来店1回で5ポイント、1日5ポイントまで / 5 points a visit, once a day
mutation NewRule($input: AddEarningRuleInput!) {
  addEarningRule(input: $input) {
    __typename
    ... on AddEarningRuleSuccess { earningRule { id name kind points capPerDay } replayed }
    ... on InvalidInputError { field problem }
    ${ERROR}
  }
}`, {
      input: {
        idempotencyKey: crypto.randomUUID(), programmeId: "LAST_PROGRAMME", kind: "PER_VISIT", nameJa: "来店", nameEn: "Visit", points: 5, capPerDay: 5,
        priority: 0, stacking: "WITH_OTHERS",
      },
    }),
    tab("Simulate", finance, `# ${finance.name}: ルールをためす。何も動きません / what every rule would say of a payment; nothing moves
query Simulate($input: SimulateEarningInput!) {
  simulateEarning(input: $input) {
    __typename
    ... on SimulateEarningSuccess { amount pointGrants { amount asset { name } ruleTrace { amount reason rule { name } } } }
    ${ERROR}
  }
}`, { input: { storeId: shop.storeId, assetId: finance.assetId, amount: 1000, resident: true, birthYear: 1960 } }),
    tab("StopRule", finance, `# ${finance.name}: ルールを止める / a rule is stopped for good
mutation StopRule($input: StopEarningRuleInput!) {
  stopEarningRule(input: $input) {
    __typename
    ... on StopEarningRuleSuccess { earningRule { name stoppedAt } }
    ${ERROR}
  }
}`, { input: { earningRuleId: "LAST_RULE" } }),
    tab("NewCoupon", finance, `# ${finance.name}: 自治体が負担する200円引き / 200 yen off, borne by the town out of the coupon's budget
mutation NewCoupon($input: CreateCouponInput!) {
  createCoupon(input: $input) {
    __typename
    ... on CreateCouponSuccess { coupon { id name kind amount budget budgetLeft stockLeft } replayed }
    ... on InvalidInputError { field problem }
    ${ERROR}
  }
}`, {
      input: {
        idempotencyKey: crypto.randomUUID(), municipality, kind: "FIXED_AMOUNT", nameJa: "200円引き", nameEn: "200 yen off", borneBy: "TOWN", budget: 20000,
        amount: 200, minimumSpend: 1000, stock: 100, perPerson: 1, ...period, claimRequired: false, stacking: "ALONE", returnsOnRefund: true,
      },
    }),
    tab("DraftVoucher", finance, `# ${finance.name}: 商品券の下書き / a voucher product from a template; preview says what it costs and what the law says
mutation DraftVoucher($input: CreateVoucherProductFromTemplateInput!) {
  createVoucherProductFromTemplate(input: $input) {
    __typename
    ... on CreateVoucherProductSuccess {
      product { id code name state price faceValue preview { maximumExposure budgetAvailable legal { basis explanation } } }
    }
    ... on InvalidInputError { field problem }
    ${ERROR}
  }
}`, {
      input: {
        municipality, template: "PREMIUM_20", code: name, stock: 100, unitsPerPerson: 2, saleStartsAt: period.startsAt, saleEndsAt: period.endsAt,
        usableFrom: period.startsAt, expiresOn: `${year + 1}-09-30`, fundingProgrammeId: ids.premium,
      },
    }),
    tab("SubmitVoucher", finance, `# ${finance.name}: 承認を申請する / a second officer is asked
mutation SubmitVoucher($input: SubmitVoucherProductInput!) {
  submitVoucherProduct(input: $input) {
    __typename
    ... on SubmitVoucherProductSuccess { product { id state } }
    ${ERROR}
  }
}`, { input: { productId: "LAST_PRODUCT" } }),
    tab("ApproveVoucher", second, `# ${second.name}: 別の担当者が承認し、予算を確保する / another officer approves; the premium of all units is set aside
mutation ApproveVoucher($input: ApproveVoucherProductInput!) {
  approveVoucherProduct(input: $input) {
    __typename
    ... on ApproveVoucherProductSuccess { product { id state stockLeft } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), productId: "LAST_PRODUCT" } }),
  ];
});
