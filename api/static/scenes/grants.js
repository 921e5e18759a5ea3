// Grants: one above the threshold by two people, and many by one file.
"use strict";

scene("grants", "付与・一括付与", "Grants", ({ finance, desk, wallet, ids }) => [
  tab("ProposeGrant", desk, `# ${desk.name}: 付与を申請する / a grant above the town's threshold is proposed
mutation ProposeGrant($input: ProposeGrantInput!) {
  proposeGrant(input: $input) {
    __typename
    ... on ProposeGrantSuccess { proposal { amount proposedAt programme { name } approval { id } } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), programmeId: ids.miles, walletId: wallet, amount: 500 } }),
  tab("ApproveGrant", finance, `# ${finance.name}: 別の担当者が承認し、付与される / another officer approves, and it is granted
mutation ApproveGrant($input: ApproveGrantInput!) {
  approveGrant(input: $input) {
    __typename
    ... on ApproveGrantSuccess { grant { receiptNumber amount programme { name } } balances { asset { name } moved posted } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), approvalId: "LAST_APPROVAL" } }),
  tab("FileAddress", finance, `# ${finance.name}: ファイルの送り先。このページが小さな CSV を送ります / this page then sends a small CSV there by HTTP PUT
mutation FileAddress($input: CreateUploadInput!) {
  createUpload(input: $input) {
    __typename
    ... on CreateUploadSuccess { upload { id address maximumBytes contentTypes expiresAt } }
    ${ERROR}
  }
}`, { input: { municipality: finance.municipality, purpose: "BULK_GRANT" } }),
  tab("FileCheck", finance, `# ${finance.name}: 付与する前にたしかめる。何も動きません / what the file would do, and which rows are wrong
mutation FileCheck($input: CheckBulkGrantInput!) {
  checkBulkGrant(input: $input) {
    __typename
    ... on CheckBulkGrantSuccess {
      check {
        rowCount
        validCount
        invalidCount
        totalAmount
        budgetLeft
        needsApproval
        rowErrors(first: 20) { edges { node { row column code message } } }
      }
    }
    ${ERROR}
  }
}`, { input: { uploadId: "LAST_UPLOAD", programmeId: ids.miles } }),
  tab("FileStart", finance, `# ${finance.name}: 付与を始める。誤りのある行は除きます / the right rows are granted one by one
mutation FileStart($input: StartBulkGrantInput!) {
  startBulkGrant(input: $input) {
    __typename
    ... on StartBulkGrantSuccess { bulkGrant { id state rowCount leftCount totalAmount } replayed }
    ${ERROR}
  }
}`, {
    input: { idempotencyKey: crypto.randomUUID(), uploadId: "LAST_UPLOAD", programmeId: ids.miles, skipInvalid: true, confirmSameFile: true },
  }),
  tab("FileProgress", finance, `# ${finance.name}: 進みぐあいをその場で見る / live, until it has ended
subscription FileProgress($id: ID!) {
  bulkGrantProgress(id: $id) {
    state
    grantedCount
    refusedCount
    invalidCount
    leftCount
    grantedAmount
  }
}`, { id: "LAST_BULK_GRANT" }),
  tab("FileRows", finance, `# ${finance.name}: 行ごとの結果 / what became of each row
query FileRows($id: ID!) {
  bulkGrant(id: $id) {
    state
    rows(first: 20) { edges { node { row state amount code message grant { receiptNumber } } } }
  }
}`, { id: "LAST_BULK_GRANT" }),
  tab("FileUndo", finance, `# ${finance.name}: まちがいだったときは、残っている分を戻す / takes back what is left, row by row
mutation FileUndo($input: UndoBulkGrantInput!) {
  undoBulkGrant(input: $input) {
    __typename
    ... on UndoBulkGrantSuccess { bulkGrant { id state undoneCount takenBackAmount } replayed }
    ${ERROR}
  }
}`, { input: { idempotencyKey: crypto.randomUUID(), bulkGrantId: "LAST_BULK_GRANT", reason: "WRONG_AMOUNT" } }),
]);
