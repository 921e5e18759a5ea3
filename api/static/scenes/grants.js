// Grants: one above the threshold by two people, and many by one file.
"use strict";

scene("grants", "付与・一括付与", "Grants", ({ finance, second, desk, wallet, ids }) => [
  tab("ProposeGrant", desk, "付与を申請する。", "A grant above the town's threshold is proposed.", {
    input: { idempotencyKey: crypto.randomUUID(), programmeId: ids.miles, walletId: wallet, amount: 500 },
  }),
  tab("ApproveGrant", finance, "別の担当者が承認すると、付与されます。", "Another officer approves, and it is granted.", {
    input: { idempotencyKey: crypto.randomUUID(), approvalId: "LAST_APPROVAL" },
  }),
  tab("CreateUpload", finance, "ファイルの送り先を受け取る。続けて、このページが小さなCSVを送信します。", "This page then sends a small CSV there by HTTP PUT.", {
    input: { municipality: finance.municipality, purpose: "BULK_GRANT" },
  }),
  tab("CheckBulkGrant", finance, "付与する前に確認する。まだ付与されません。", "What the file would do, and which rows are wrong.", { input: { uploadId: "LAST_UPLOAD", programmeId: ids.miles } }),
  tab("StartBulkGrant", finance, "付与を始める。誤りのある行は除きます。", "The right rows are granted one by one.", {
    input: { idempotencyKey: crypto.randomUUID(), uploadId: "LAST_UPLOAD", programmeId: ids.miles, skipInvalid: true, confirmDuplicates: { token: "LAST_DUPLICATES", reason: "ADDITIONAL" } },
  }),
  tab("BulkGrantProgress", finance, "進み具合をリアルタイムで見る。", "Live, until it has ended.", { id: "LAST_BULK_GRANT" }, {
    text: `subscription BulkGrantProgress($id: ID!) {
  bulkGrantProgress(id: $id) {
    state
    grantedCount
    refusedCount
    invalidCount
    leftCount
    grantedAmount
  }
}
`,
  }),
  tab("BulkGrantRows", finance, "行ごとの結果。", "What became of each row.", { id: "LAST_BULK_GRANT" }),
  tab("UndoBulkGrant", finance, "誤って付与したときは、まだ使われていない分の取消しを申請する。", "Proposes to take back what is left, row by row.", {
    input: { idempotencyKey: crypto.randomUUID(), bulkGrantId: "LAST_BULK_GRANT", reason: "WRONG_AMOUNT" },
  }),
  tab("ApproveChange", second, "別の担当者が承認すると、取り消されます。", "Another officer approves, and it is taken back.", { input: { approvalId: "LAST_APPROVAL" } }),
]);
