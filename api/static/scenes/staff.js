// Municipal staff: a kind of value, a programme that gives it, a rule, a coupon, and a voucher product by two officers.
"use strict";

scene("staff", "自治体の職員", "Municipal staff", ({ finance, second, store, ids }) => {
  const municipality = finance.municipality;
  const year = new Date().getFullYear();
  const name = `TRY_${crypto.randomUUID().slice(0, 6).toUpperCase()}`;
  const period = { startsAt: new Date().toISOString(), endsAt: `${year + 1}-04-01T00:00:00+09:00` };
  return [
    tab("CreateAsset", finance, "新しい種類のポイントを作る。あとから変更できるのは、誰の不利益にもならない項目だけです。", "A new kind of value; later changes take nothing from those who hold it.", {
      input: {
        municipality, code: name, kind: "SHOPPING_POINT", nameJa: "おためしポイント", nameEn: "Trial points", unitJa: "ポイント", unitEn: "point", paid: false,
        legalProfile: "MUNICIPALITY", sixMonthExempt: true, expiryRule: "MONTHS_AFTER_ISSUE", expiresAfterMonths: 6, minimumUnit: 1, chargeMaximum: 1,
        paymentMaximum: 100000, transferable: false, returnsToBudget: true,
      },
    }),
    tab("CreateProgramme", finance, "予算のある事業を作る。予算を超えて付与されることはありません。", "More than its budget can never be given.", {
      input: {
        idempotencyKey: crypto.randomUUID(), municipality, kind: "EARNING", nameJa: "おためし事業", nameEn: "Trial", assetId: "LAST_ASSET", budget: 10000,
        ...period, activatesAfterDays: 0, clawbackRule: "WAIVE",
      },
    }),
    tab("AddEarningRule", finance, "付与ルールの追加を申請する。来店1回で5ポイント、1日5ポイントまで。", "A rule is proposed: 5 points a visit, once a day.", {
      input: {
        idempotencyKey: crypto.randomUUID(), programmeId: "LAST_PROGRAMME", kind: "PER_VISIT", nameJa: "来店", nameEn: "Visit", points: 5, capPerDay: 5,
        priority: 0, stacking: "WITH_OTHERS",
      },
    }),
    tab("ApproveChange", second, "別の担当者が承認すると、付与ルールが有効になります。", "Another officer approves, and the rule is in force.", { input: { approvalId: "LAST_APPROVAL" } }),
    tab("Programme", finance, "事業と、有効になった付与ルール。", "The programme with its rule.", { id: "LAST_PROGRAMME" }),
    tab("SimulateEarning", finance, "付与ルールを試す。ポイントは付与されません。", "What each rule would give for a payment; nothing moves.", {
      input: { storeId: store.storeId, assetId: finance.assetId, amount: 1000, resident: true, birthYear: 1960 },
    }),
    tab("StopEarningRule", finance, "付与ルールを止める。止めたルールは元に戻せません。", "A rule is stopped for good.", { input: { earningRuleId: "LAST_RULE" } }),
    tab("CreateCoupon", finance, "200円引きのクーポンを作る。値引き分は自治体が負担します。", "200 yen off, borne by the town out of the coupon's budget.", {
      input: {
        idempotencyKey: crypto.randomUUID(), municipality, kind: "FIXED_AMOUNT", nameJa: "200円引き", nameEn: "200 yen off", borneBy: "TOWN", budget: 20000,
        amount: 200, minimumSpend: 1000, stock: 100, perPerson: 1, ...period, claimRequired: false, stacking: "ALONE", returnsOnRefund: true,
      },
    }),
    tab("CreateVoucherProductFromTemplate", finance, "ひな形から商品券の下書きを作る。費用と法令上の扱いは preview に表示されます。", "preview: what it costs, and what the law says.", {
      input: {
        municipality, template: "PREMIUM_20", code: name, stock: 100, unitsPerPerson: 2, saleStartsAt: period.startsAt, saleEndsAt: period.endsAt,
        usableFrom: period.startsAt, expiresOn: `${year + 1}-09-30`, fundingProgrammeId: ids.premium,
      },
    }),
    tab("SubmitVoucherProduct", finance, "承認を申請する。", "A second officer is asked.", { input: { productId: "LAST_PRODUCT" } }),
    tab("ApproveVoucherProduct", second, "別の担当者が承認し、予算を確保する。", "Another officer approves; the premium of all units is set aside.", {
      input: { idempotencyKey: crypto.randomUUID(), productId: "LAST_PRODUCT" },
    }),
  ];
});
