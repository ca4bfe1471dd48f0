// What a bank's page does: hear the events. The rest of this file only starts the stand-in for the bank's server.

const widget = document.querySelector("senim-liveness");
const list = document.querySelector("#events");

for (const name of ["ready", "progress", "guidance", "prompt", "result", "error"]) {
  widget.addEventListener(`senim-${name}`, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = `senim-${name} ${JSON.stringify(detail)}`;
    list.prepend(line);
  });
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => widget.setAttribute("lang", button.dataset.lang));
}

if (!navigator.serviceWorker) {
  list.textContent = "This page needs a service worker: open it over https or from localhost.";
} else {
  await navigator.serviceWorker.register("stand-in.js");
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  widget.hidden = false;
}
