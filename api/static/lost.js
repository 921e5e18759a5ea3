// What to do when an answer was lost: nobody knows yet whether it was done, and both ways to find out are safe.
"use strict";

const LOST = {
  ja: {
    keyed: "応答が届きませんでした。処理が済んだかどうかは、まだわかりません。",
    other: "応答が届きませんでした。もう一度送ってください。",
    answer: "応答",
    todo: "次にすること",
    ask: "「結果を確かめる」を押す（outcome）。お金は動きません。",
    again: "「同じキーでもう一度送る」を押す。二重に処理されることはありません。",
    resend: "もう一度送る。読むだけの操作は、何度送ってもかまいません。",
    live: "接続が切れました。▶を押して、つなぎ直してください。",
  },
  en: {
    keyed: "The answer did not arrive. Whether it was done is not known yet.",
    other: "The answer did not arrive. Send it again.",
    answer: "answer",
    todo: "what to do",
    ask: "press “Ask the outcome”: nothing moves",
    again: "press “Send the same key again”: it is never done twice",
    resend: "send it again: what only reads may be sent as often as you like",
    live: "The connection was lost. Press play to connect again.",
  },
};
const lost = { asked: false, outcome: null, operations: new Set() };

// Operations that `outcome` can be asked for, by the contract that the editor has loaded.
function learnOutcomes({ types }) {
  lost.operations = new Set(types.find(({ name }) => name === "MoneyOperation").enumValues.map(({ name }) => name));
}

// ALLOCATE is what making a programme is called, since its budget is what moves.
function moneyOperation(query) {
  const [, field = ""] = query.match(/\bmutation\b[^{]*\{\s*(\w+)/) ?? [];
  const name = field === "createProgramme" ? "ALLOCATE" : field.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return lost.operations.has(name) ? name : null;
}

// Shows what to do above the editor, and answers what the editor shows in place of the answer.
function tellLost({ query, variables }, locale) {
  const words = LOST[locale];
  const idempotencyKey = variables?.input?.idempotencyKey;
  const operation = moneyOperation(query);
  lost.outcome = operation && idempotencyKey ? { operation, idempotencyKey } : null;
  const problem = idempotencyKey ? words.keyed : words.other;
  document.getElementById("problem").textContent = problem;
  document.getElementById("ask").hidden = lost.outcome === null;
  document.getElementById("again").hidden = !idempotencyKey;
  document.getElementById("notice").hidden = false;
  const todo = [lost.outcome ? words.ask : null, idempotencyKey ? words.again : words.resend];
  return { [words.answer]: problem, [words.todo]: todo.filter(Boolean) };
}

function forgetLost() {
  document.getElementById("notice").hidden = true;
}
