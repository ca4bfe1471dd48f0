// Verifies the site's history as the cabinet's worker does, so many times. Times are milliseconds.
const [runs] = arguments;
const begun = performance.now();
return import(new URL("/receipts.js", location)).then(async ({ default: init, examine }) => {
  await init({ module_or_path: new URL("/receipts_bg.wasm", location) });
  const loaded = performance.now() - begun;
  const text = async (name) => (await fetch(name)).text();
  const [history, policy] = [await text("/history.json"), await text("/policy")];
  const took = [];
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    const found = examine(history, policy, undefined, undefined, policy, undefined);
    took.push(performance.now() - from);
    if (!found.includes('"holds"')) throw new Error(found.slice(0, 200));
  }
  return { loaded, took };
});
