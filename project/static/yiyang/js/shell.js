// The frame's own behaviour. Every page works without it; it only saves steps.

import { notice, words } from "./parts.js";

// An error summary is announced and reached first: the reader is told before the form is seen again.
const focusErrors = (root = document) => root.querySelector(".errors[role=alert]")?.focus();
focusErrors();
document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.detail.target?.parentElement ?? document));

// A link of the summary may lead to a group of choices, which is no control itself.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errors a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  const control = target.matches("fieldset") ? target.querySelector("input") : target;
  control.focus();
  target.scrollIntoView({ block: "center" });
  event.preventDefault();
});

// Menus in the head band close when the reader goes elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});

// Bulk bar: choose all of this page, and say how many are chosen.
const picks = (form) => [...form.querySelectorAll("tbody .pick input[type=checkbox]")];
const showPicked = (form) => {
  const bar = form.querySelector("[data-bulk]");
  if (!bar) return;
  const all = picks(form);
  const chosen = all.filter((box) => box.checked).length;
  const choose = bar.querySelector("[data-bulk-all]");
  const count = bar.querySelector("[data-bulk-count]");
  choose.hidden = count.hidden = false;
  choose.querySelector("input").checked = all.length > 0 && chosen === all.length;
  choose.querySelector("input").indeterminate = chosen > 0 && chosen < all.length;
  count.querySelector("b").textContent = chosen;
};
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (!form) return;
  if (event.target.closest("[data-bulk-all]")) for (const box of picks(form)) box.checked = event.target.checked;
  if (form.querySelector("[data-bulk]")) showPicked(form);
});
const showAllPicked = () => { for (const bar of document.querySelectorAll("form [data-bulk]")) showPicked(bar.closest("form")); };
showAllPicked();
document.addEventListener("htmx:afterSwap", showAllPicked);
addEventListener("pageshow", showAllPicked);

// J and K go to the next and the previous check item; only where the reader has switched them on (see “Me”).
const KEYS = "yiyang.keys";
for (const box of document.querySelectorAll("[data-keys-switch]")) {
  box.checked = localStorage.getItem(KEYS) === "on";
  box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
}
document.addEventListener("keydown", (event) => {
  if (localStorage.getItem(KEYS) !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  const link = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (link) { event.preventDefault(); link.click(); return; }
  const step = { j: 1, k: -1 }[key];
  const items = step ? [...document.querySelectorAll(".item")] : [];
  if (!items.length) return;
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[here < 0 ? (step > 0 ? 0 : items.length - 1) : here + step];
  if (!next) return;
  event.preventDefault();
  next.scrollIntoView();
  (next.querySelector("input:checked") ?? next.querySelector("input"))?.focus({ preventScroll: true });
});

// htmx keeps quiet when an answer does not come; the reader must not.
const failed = () => {
  const place = document.getElementById("messages");
  if (!place || !words.failedTitle) return;
  place.replaceChildren(notice("late", words.failedTitle, words.failedText, "alert"));
};
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401 && words.login) location.assign(words.login);
  else failed();
});
