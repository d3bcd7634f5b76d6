// The self-check's own conveniences; the page works without them.

// The index shows which part is being read.
const parts = [...document.querySelectorAll(".sec")];
const mark = () => {
  const top = innerHeight / 3;
  const shown = parts.filter((part) => part.getClientRects().length);
  const here = shown.filter((part) => part.getBoundingClientRect().top < top).at(-1) ?? shown[0];
  for (const link of document.querySelectorAll("#index-secs a[href^='#']")) {
    if (here && link.hash === `#${here.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};
let waiting = false;
const soon = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; mark(); });
};
addEventListener("scroll", soon, { passive: true });
addEventListener("hashchange", soon);
const index = document.querySelector(".index");
if (index) new MutationObserver(soon).observe(index, { childList: true, subtree: true });
soon();

// Who reports a problem is offered the place for its evidence at once.
document.addEventListener("change", (event) => {
  const item = event.target.closest(".item");
  if (item && event.target.matches("[name=status][value=problem]")) item.querySelector(".evidence").open = true;
});

// The contents close once a place has been chosen from them.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".index .revealed a[href^='#']");
  const reveal = link && document.querySelector(".index .reveal input");
  if (reveal) reveal.checked = false;
});

// 1, 2 and 3 answer the item that has the focus, where the reader has switched keys on.
document.addEventListener("keydown", (event) => {
  if (localStorage.getItem("yiyang.keys") !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const choice = event.target.closest(".item")?.querySelectorAll("[name=status]")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.click();
});
