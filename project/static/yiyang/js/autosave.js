// Autosave of <form data-autosave data-url data-version>: nothing that was typed is lost, and the reader is told where it is.
// One request at a time for each form; what is typed meanwhile goes with the next one. Answers: see docs/ui.md.

import { clock, fromHtml, words } from "./parts.js";
import { agrees, asValues, fill, forget, keep, kept, read, same, typedEarly } from "./typed.js";
import { clearConflict, clearErrors, showConflict, showErrors, showRestored, showSignIn, showState, showWarnings } from "./marks.js";

const QUIET = 600; // ms after the last keystroke
const PATIENCE = 300; // ms before “saving…” is worth saying
const PAUSES = [2, 4, 8, 16, 30, 60]; // s between attempts
const running = new Map(); // form → Autosave

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.url || form.getAttribute("action") || location.pathname;
    this.version = form.dataset.version;
    this.saved = read(form);
    this.sending = null;
    this.timer = this.retry = 0;
    this.failures = 0;
    this.failingSince = null;
    this.blocked = false; // a conflict or a refusal waits for the person
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("focusout", () => this.send());
    form.addEventListener("submit", (event) => this.submitted(event));
    const early = typedEarly(form);
    this.restore();
    if (early) {
      this.saved = null;
      this.changed();
    }
  }

  get dirty() {
    return !same(read(this.form), this.saved);
  }

  changed() {
    this.leavingBySubmit = false;
    if (this.dirty) this.isKept = keep(this.url, this.version, read(this.form));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), QUIET);
  }

  send({ leaving = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending || this.blocked || !this.dirty || !this.form.isConnected) return this.sending;
    clearTimeout(this.retry);
    const entries = read(this.form);
    const body = new URLSearchParams([...entries, ["row_version", this.version]]);
    const patience = setTimeout(() => !this.failures && showState(this.form, words.saving), PATIENCE);
    this.sending = fetch(this.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token(this.form), Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
      keepalive: leaving,
    })
      .then((answer) => this.answered(answer, entries), () => this.failed(words.offline))
      .finally(() => {
        clearTimeout(patience);
        this.sending = null;
        if (this.failures === 0 && !this.blocked && this.dirty) this.changed();
      });
    return this.sending;
  }

  async answered(answer, entries) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.signedOut();
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    const data = isJson ? await answer.json().catch(() => null) : null;
    if (answer.ok && data) return this.succeeded(data, entries);
    if (answer.status === 409 && data?.row_version !== undefined) return this.conflicted(data, entries);
    if (answer.status === 422 && data) return this.invalid(data, entries);
    if (answer.ok || answer.status >= 500 || answer.status === 429) return this.failed(words.server);
    return this.refused(data);
  }

  takeVersion(data) {
    if (data.row_version === undefined) return;
    this.version = this.form.dataset.version = String(data.row_version);
    if (this.form.elements.row_version) this.form.elements.row_version.value = this.version;
  }

  succeeded(data, entries) {
    this.takeVersion(data);
    this.saved = entries;
    this.isInvalid = false;
    this.failures = 0;
    this.failingSince = null;
    clearErrors(this.form);
    this.form.querySelector("[data-autosave-restored]")?.remove();
    showWarnings(this.form, data.warnings);
    showState(this.form, words.saved.replace("{time}", data.saved_at ?? clock(new Date())));
    if (this.dirty) keep(this.url, this.version, read(this.form));
    else forget(this.url);
    replaceFragments(data.fragments);
  }

  conflicted(data, entries) {
    // Our own save may have arrived while its answer was lost, for instance when the page was left.
    if (agrees(data.theirs, entries)) return this.succeeded({ row_version: data.row_version }, entries);
    this.blocked = true;
    this.isKept = keep(this.url, this.version, read(this.form));
    showState(this.form, words.conflict, true);
    const settle = () => {
      this.blocked = false;
      this.failures = 0;
      this.takeVersion(data);
      clearConflict(this.form);
    };
    // The form is filled before the block goes: taking a focused button away makes the browser send what stands there.
    const useTheirs = () => {
      fill(this.form, data.theirs ?? {});
      this.saved = read(this.form);
      settle();
      forget(this.url);
      showState(this.form, "");
      this.form.dispatchEvent(new CustomEvent("autosave:filled", { bubbles: true }));
    };
    const keepMine = () => {
      this.saved = null;
      settle();
      this.send();
    };
    showConflict(this.form, data, useTheirs, keepMine);
  }

  invalid(data, entries) {
    this.takeVersion(data);
    this.saved = entries; // sent again when it has been changed, not before
    this.isInvalid = true;
    this.failures = 0;
    showErrors(this.form, data.errors ?? {});
    showState(this.form, words.invalid, true);
  }

  refused(data) {
    this.blocked = true;
    this.isKept = keep(this.url, this.version, read(this.form));
    const said = data?.message ? [data.message, data.hint].filter(Boolean).join(" ") : words.refused;
    showState(this.form, said, true);
  }

  signedOut() {
    this.failed(words.signedOut);
    clearTimeout(this.retry);
    showSignIn(this.form);
  }

  failed(why) {
    this.failingSince ??= new Date();
    this.isKept = keep(this.url, this.version, read(this.form));
    const text = this.isKept ? why.replace("{time}", clock(this.failingSince)) : words.unkept;
    showState(this.form, text, true);
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.send(), pause * 1000);
  }

  // The ordinary submit carries the version of the last autosave, so it has to wait for one that is on its way.
  submitted(event) {
    clearTimeout(this.timer);
    if (!this.sending) {
      this.leavingBySubmit = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    this.sending.finally(() => {
      if (!this.blocked) this.form.requestSubmit(submitter);
    });
  }

  // Whether all that stands here has been saved, once what is on its way has been answered.
  async settled() {
    while (this.form.isConnected && (this.sending || (this.dirty && !this.blocked && !this.failures))) await this.send();
    return !this.dirty && !this.blocked && !this.isInvalid;
  }

  // What was kept goes out with the version it was typed on: if a colleague was faster, the server answers 409.
  restore() {
    const found = kept(this.url);
    if (!found) return;
    if (same(found.entries, this.saved)) {
      forget(this.url);
      return;
    }
    fill(this.form, asValues(this.form, found.entries));
    this.takeVersion({ row_version: found.version });
    showRestored(this.form, clock(new Date(found.at)));
    this.form.dispatchEvent(new CustomEvent("autosave:filled", { bubbles: true }));
    this.send();
  }
}

// The cookie is fresher than the page where somebody has signed in again in another tab.
const token = (form) => document.cookie.match(/(?:^|; )(?:csrftoken|__Host-csrf)=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken?.value ?? "";

function replaceFragments(fragments = {}) {
  for (const [selector, html] of Object.entries(fragments)) {
    const old = document.querySelector(selector);
    if (!old || old.contains(document.activeElement)) continue; // never pull a field from under the hand
    const parts = [...fromHtml(html).children];
    old.replaceWith(...parts);
    for (const part of parts) {
      window.htmx?.process(part);
      start(part);
    }
  }
}

function start(root) {
  const forms = [...(root.matches?.("form[data-autosave]") ? [root] : []), ...root.querySelectorAll("form[data-autosave]")];
  for (const form of forms) if (!running.has(form)) running.set(form, new Autosave(form));
  for (const form of running.keys()) if (!form.isConnected) running.delete(form);
}

// What moves the case on (every such form names its version) judges what has been saved, so it waits for the saving.
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  const unsaved = [...running.values()].filter((each) => each.form !== target && (each.sending || each.dirty));
  if (!target.elements.version || !unsaved.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  Promise.all(unsaved.map((each) => each.settled())).then((all) => {
    if (all.every(Boolean)) target.requestSubmit(submitter);
    else unsaved[all.indexOf(false)].form.scrollIntoView();
  });
}, true);

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
const tryAgain = () => { for (const each of running.values()) if (each.failures) each.send(); };
addEventListener("online", tryAgain);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryAgain());
addEventListener("pagehide", () => { for (const each of running.values()) if (!each.leavingBySubmit) each.send({ leaving: true }); });
addEventListener("beforeunload", (event) => {
  if ([...running.values()].some((each) => each.isKept === false && each.dirty && !each.leavingBySubmit)) event.preventDefault();
});
