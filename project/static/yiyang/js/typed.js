// What a person typed: read from a form, put back into it, and kept on this device until the server has it.

import { words } from "./parts.js";

const OURS = new Set(["csrfmiddlewaretoken", "row_version"]);
const keyOf = (url) => `yiyang.typed ${words.user} ${url}`;

// Files cannot be kept; they go with the ordinary submit.
export const read = (form) => [...new FormData(form)].filter(([name, value]) => !OURS.has(name) && typeof value === "string");

// Whether somebody was faster than this script. After going back or reloading, the browser itself puts old text in.
export function typedEarly(form) {
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return false;
  return [...form.elements].some((control) => {
    if (!control.name || control.type === "hidden" || control.type === "file") return false;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.type === "select-one") return control.selectedIndex !== Math.max(0, [...control.options].findLastIndex((option) => option.defaultSelected));
    if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected);
    return "defaultValue" in control && control.value !== control.defaultValue;
  });
}

export function fill(form, values) {
  const waiting = new Map(Object.entries(values).map(([name, value]) => [name, [value ?? ""].flat().map(String)]));
  for (const control of form.elements) {
    if (!waiting.has(control.name) || control.type === "file") continue;
    const left = waiting.get(control.name);
    if (control.type === "checkbox" || control.type === "radio") control.checked = left.includes(control.value);
    else if (control.type === "select-multiple") for (const option of control.options) option.selected = left.includes(option.value);
    else control.value = left.shift() ?? "";
  }
}

// Names that the form has and the entries lack were unchecked boxes: they must be put back as such.
export function asValues(form, entries) {
  const values = Object.fromEntries([...form.elements].filter((e) => e.name && !OURS.has(e.name) && e.type !== "file" && e.type !== "hidden").map((e) => [e.name, []]));
  for (const [name, value] of entries) (values[name] ??= []).push(value);
  return values;
}

// Returns whether it could be kept: a browser may refuse storage or be full.
export function keep(url, version, entries) {
  try {
    localStorage.setItem(keyOf(url), JSON.stringify({ at: new Date().toISOString(), version, entries }));
    return true;
  } catch (error) {
    console.warn("autosave: this browser keeps nothing", error);
    return false;
  }
}

export function kept(url) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(url)));
  } catch (error) {
    console.warn("autosave: what was kept cannot be read", error);
    return null;
  }
}

export function forget(url) {
  try {
    localStorage.removeItem(keyOf(url));
  } catch (error) {
    console.warn("autosave: this browser keeps nothing", error);
  }
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const listed = (value) => [value ?? ""].flat().map(String).filter((each) => each !== "").sort();

// Whether the other side has exactly what was typed.
export const agrees = (theirs, entries) =>
  entries.length > 0 &&
  entries.every(([name]) => name in (theirs ?? {})) &&
  Object.entries(theirs).every(([name, value]) => same(listed(value), listed(entries.filter(([each]) => each === name).map(([, typed]) => typed))));
