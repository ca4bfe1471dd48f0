// Loaded in the head, before the first paint: a chosen theme and language, then the app itself.
(() => {
  const { app, wasm } = document.currentScript.dataset;
  const root = document.documentElement;
  const remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = remembered("senim-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wishes = [remembered("senim-language"), ...navigator.languages];
  const known = wishes.map((it) => (it ?? "").slice(0, 2).toLowerCase());
  root.lang = known.find((it) => ["kk", "ru", "en"].includes(it)) ?? "kk";

  const parsed = new Promise((done) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done);
    else done();
  });
  Promise.all([import(app), parsed])
    .then(([module]) => module.default({ module_or_path: wasm }))
    .catch((error) => {
      console.error(error);
      document.getElementById("shell-wait")?.setAttribute("hidden", "");
      document.getElementById("shell-failed")?.removeAttribute("hidden");
    });
})();
