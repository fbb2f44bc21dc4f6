// Tries the questions of the page about the API: the answer is shown below the question. Without this script each
// question has an example that can be opened.
"use strict";

for (const form of document.querySelectorAll("form[data-try]")) {
  const answer = form.parentElement.querySelector("[data-answer]");
  const said = answer.querySelector("[role=status]");
  const body = answer.querySelector("pre");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let path = form.dataset.try;
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll("input, select")) {
      if ("path" in field.dataset) {
        path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
      } else if (field.value !== "") {
        query.set(field.name, field.value);
      }
    }
    const address = query.size > 0 ? `${path}?${query}` : path;
    answer.hidden = false;
    said.textContent = `Asking ${address} …`;
    body.textContent = "";
    try {
      const response = await fetch(address, { headers: { accept: "application/json" } });
      const text = await response.text();
      said.textContent = `${response.status} ${response.statusText} · ${response.headers.get("content-type")} · ${address}`;
      try {
        body.textContent = JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        body.textContent = text;
      }
    } catch {
      said.textContent = `The server does not answer. Is it running? ${address}`;
    }
  });
}

// An address that leads to one question opens it.
const open = () => {
  const wanted = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted && wanted.tagName === "DETAILS") wanted.open = true;
};
addEventListener("hashchange", open);
open();
