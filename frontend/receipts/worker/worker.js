// The cabinet's second thread: fetches the client's history and verifies it in wasm, so that a long one stops no page.
//
//   { policy, checkpoint, from, size } → what the browser has kept, each null where it has kept nothing
//   { status, body }                   ← the platform did not answer with a history
//   { status, body, served, policy, found, took } ← the history, the policy offered now, the policy that it was verified
//                                        with, what was found (core's `Examined` as JSON), and in how many milliseconds
//
// The policy is the kept one. The one that is served is taken only where none was kept.

import init, { examine } from "./receipts.js";

const WITHIN = 30_000;

self.onmessage = async ({ data: { policy, checkpoint, from, size } }) => {
  const ready = init({ module_or_path: new URL("receipts_bg.wasm", import.meta.url) });
  const [offered, answer] = await Promise.all([fetched("/log/policy"), history(size), ready]);
  const { status } = answer;
  if (!answer.ok) return self.postMessage({ status, body: await answer.text() });
  if (!offered.ok) return self.postMessage({ status: offered.status, body: await offered.text() });
  const [body, served] = await Promise.all([answer.text(), offered.text()]);
  const trusted = policy ?? served;
  const restart = trusted === served ? undefined : await restarted();
  const started = performance.now();
  const found = examine(body, trusted, checkpoint ?? undefined, from ?? undefined, served, restart);
  const took = performance.now() - started;
  self.postMessage({ status, body, served, policy: trusted, found, took });
};

/** With the proof that the log continues the kept checkpoint. A log that has become shorter can't prove it. */
async function history(size) {
  if (size !== null) {
    const answer = await fetched(`/api/cabinet/journal?since=${size}`);
    if (answer.status !== 400) return answer;
  }
  return fetched("/api/cabinet/journal");
}

/** What tells of a former log, where the platform's log took the place of one. */
async function restarted() {
  const answer = await fetched("/log/restart");
  return answer.ok ? answer.text() : undefined;
}

function fetched(path) {
  const headers = { accept: "application/json, text/plain" };
  return fetch(path, { headers, cache: "no-store", signal: AbortSignal.timeout(WITHIN) });
}
