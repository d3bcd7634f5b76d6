// Parts of the page that scripts build, in the words that Django rendered into <template id="words">.

export const words = document.getElementById("words")?.dataset ?? {};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${words.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function notice(kind, title, text, role) {
  const body = element("div", "", element("b", "", title));
  if (text) body.append(element("p", "small", text));
  const box = element("div", `notice notice--${kind}`, icon(kind === "ok" ? "ok" : "warn"), body);
  if (role) box.setAttribute("role", role);
  return box;
}

export function button(className, label, action) {
  const made = element("button", `btn btn--small ${className}`.trim(), label);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

export const clock = (date) =>
  date.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });

export const fromHtml = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
};
