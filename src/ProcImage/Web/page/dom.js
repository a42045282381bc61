// Elements. Whatever processes call themselves goes in as text, never as markup.
export function make(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

// Its figures are attributes: the content policy allows no style here.
export function draw(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function number(text) {
  return make("td", { className: "number" }, text);
}

export function row(...cells) {
  return make("tr", {}, ...cells);
}

export function show(id, isThere) {
  document.getElementById(id).hidden = !isThere;
}

export function fill(id, children) {
  document.getElementById(id).replaceChildren(...children);
}

// What was opened, or closed, stays so when it is shown anew.
export function unfolding(kept, key, isOpen, summary, ...children) {
  const details = make("details", { open: kept.get(key) ?? isOpen }, make("summary", {}, summary), ...children);
  details.firstChild.addEventListener("click", () => kept.set(key, !details.open));
  return details;
}
