// Keeps what is marked `data-refresh` fresh: the page is asked for again, and the marked part taken over.
"use strict";
for (const part of document.querySelectorAll("[data-refresh]")) {
  part.dataset.shown = part.innerHTML;
  const look = async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
        if (fresh && fresh.innerHTML !== part.dataset.shown) {
          part.innerHTML = fresh.innerHTML;
          part.dataset.shown = fresh.innerHTML;
        }
      }
    } catch {
      // The world is being restarted; the next look will tell.
    }
    setTimeout(look, Number(part.dataset.refresh));
  };
  setTimeout(look, Number(part.dataset.refresh));
}
