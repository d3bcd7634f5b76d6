// What autosave shows: the line with the time, errors at their fields, warnings, and the conflict with a colleague.

import { button, element, fromHtml, icon, notice, words } from "./parts.js";

const states = new Map(); // form → { failed, text }; forms may share one line, and a failure must not be covered

const lineOf = (form) => (form.dataset.save ? document.querySelector(form.dataset.save) : form.querySelector(".save[role=status]") ?? document.querySelector(".save[role=status]"));

export function showState(form, text, failed = false) {
  const line = lineOf(form);
  states.delete(form);
  states.set(form, { failed, text });
  if (!line) return;
  const sharing = [...states].filter(([each]) => each.isConnected && lineOf(each) === line).map(([, state]) => state);
  const shown = sharing.find((state) => state.failed) ?? sharing.at(-1);
  if (line.textContent === shown.text) return;
  line.classList.toggle("save--failed", shown.failed);
  line.replaceChildren(...(shown.text ? [icon(shown.failed ? "warn" : "cloud"), shown.text] : []));
}

// Above the form's first visible part: hidden fields stand before it, and the space between neighbours is theirs.
const putOnTop = (form, box) => {
  const first = [...form.children].find((child) => !child.matches("input[type=hidden]"));
  form.insertBefore(box, first ?? null);
};

// Not namedItem(): that one also finds a fieldset by its id.
const controlsOf = (form, name) => [...form.elements].filter((control) => control.name === name && control.localName !== "fieldset");
const isChoice = (control) => ["radio", "checkbox"].includes(control.type);

// ── errors at fields ──

export function clearErrors(form) {
  for (const mark of form.querySelectorAll("[data-autosave-error]")) mark.remove();
  for (const control of form.querySelectorAll("[data-autosave-bad]")) {
    control.removeAttribute("data-autosave-bad");
    control.removeAttribute("aria-invalid");
    control.classList.remove("field--bad");
    const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && document.getElementById(id));
    if (others.length) control.setAttribute("aria-describedby", others.join(" "));
    else control.removeAttribute("aria-describedby");
  }
}

export function showErrors(form, errors) {
  clearErrors(form);
  for (const [name, messages] of Object.entries(errors)) {
    const control = controlsOf(form, name)[0];
    const group = control?.closest("fieldset");
    const choice = control && isChoice(control) && group && form.contains(group);
    const place = choice ? group : control;
    const mark = element("p", "field__error", icon("warn"), element("span", "", element("span", "vh", `${words.error} `), messages.join(" ")));
    mark.dataset.autosaveError = "";
    mark.id = `${form.id || "autosave"}-${name}-autosave-error`;
    if (!place) {
      mark.setAttribute("role", "alert");
      putOnTop(form, mark);
      continue;
    }
    place.dataset.autosaveBad = "";
    if (choice) place.classList.add("field--bad");
    else place.setAttribute("aria-invalid", "true");
    place.setAttribute("aria-describedby", `${place.getAttribute("aria-describedby") ?? ""} ${mark.id}`.trim());
    if (choice) (place.querySelector("legend") ?? place.firstChild).after(mark);
    else (place.closest(".field") ?? place.parentElement).append(mark);
  }
}

export function showWarnings(form, texts = []) {
  form.querySelector("[data-autosave-warnings]")?.remove();
  if (!texts.length) return;
  const box = notice("soon", texts[0], texts.slice(1).join(" "), "status");
  box.dataset.autosaveWarnings = "";
  (form.querySelector("[data-warnings]") ?? form).append(box);
}

// ── conflict ──

const nameOf = (form, name) => {
  const control = controlsOf(form, name)[0];
  if (!control) return name;
  const legend = isChoice(control) && control.closest("fieldset")?.querySelector("legend");
  return (legend || control.labels?.[0])?.textContent.replace(/\*$/, "").trim() || control.getAttribute("aria-label") || name;
};

const valueOf = (form, name, value) => {
  const chosen = [value ?? ""].flat().map(String);
  const labels = controlsOf(form, name).flatMap((control) => {
    if (isChoice(control)) return chosen.includes(control.value) ? [control.labels?.[0]?.textContent.trim() ?? control.value] : [];
    if (control.options) return [...control.options].filter((o) => chosen.includes(o.value)).map((o) => o.textContent.trim());
    return [];
  });
  return labels.join("、") || chosen.join("、") || "—";
};

export function clearConflict(form) {
  form.querySelector("[data-autosave-conflict]")?.remove();
}

export function showConflict(form, { theirs = {}, html }, useTheirs, keepMine) {
  clearConflict(form);
  const box = notice("soon", words.conflictTitle, words.conflictText, "alert");
  box.dataset.autosaveConflict = "";
  const body = box.querySelector("div");
  if (html) body.replaceChildren(fromHtml(html));
  else if (Object.keys(theirs).length) {
    const mine = (name) => new FormData(form).getAll(name).map(String);
    const differs = ([name, value]) => [value ?? ""].flat().map(String).join("\n") !== mine(name).join("\n");
    const rows = Object.entries(theirs).filter(differs).map(([name, value]) => element("div", "", element("dt", "", nameOf(form, name)), element("dd", "", valueOf(form, name, value))));
    if (rows.length) body.append(element("p", "small strong", words.theirVersion), element("dl", "summary", ...rows));
  }
  body.append(element("p", "row", button("btn--primary", words.mine, keepMine), button("", words.theirs, useTheirs)));
  putOnTop(form, box);
  box.scrollIntoView({ block: "nearest" });
}

export function showRestored(form, time) {
  form.querySelector("[data-autosave-restored]")?.remove();
  const box = notice("soon", words.restoredTitle, words.restoredText.replace("{time}", time), "status");
  box.dataset.autosaveRestored = "";
  putOnTop(form, box);
}

export function showSignIn(form) {
  const line = lineOf(form);
  if (!line || !words.login) return;
  const link = element("a", "", words.signIn);
  link.href = `${words.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
  line.append(" ", link);
}
