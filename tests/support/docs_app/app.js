// Shows the Markdown file that the fragment names, as docsify does: #/travel/booking is travel/booking.md.
"use strict";

const marker = document.currentScript.dataset.marker;

const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.codePointAt(0)};`);

const target = (address) =>
  /^[a-z]+:/.test(address) ? address : marker + address.replace(/^\//, "").replace(/\.md$/, "");

const inline = (text) =>
  escaped(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, label, address) => `<a href="${target(address)}">${label}</a>`);

function block(text) {
  const heading = /^(#{1,6}) +(.*)$/.exec(text);
  if (heading) return `<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`;
  if (/^[*-] /.test(text)) {
    const items = text.split(/\n(?=[*-] )/).map((item) => `<li>${inline(item.slice(2))}</li>`);
    return `<ul>${items.join("")}</ul>`;
  }
  if (text.startsWith("|")) {
    const rows = text.split("\n").filter((row) => !/^[|\s:-]+$/.test(row));
    const cells = (row) => row.split("|").slice(1, -1).map((cell) => `<td>${inline(cell.trim())}</td>`).join("");
    return `<table>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("")}</table>`;
  }
  return `<p>${inline(text)}</p>`;
}

const markdown = (text) => text.trim().split(/\n\s*\n|(?<=^#[^\n]*)\n/m).map(block).join("\n");

async function read(file) {
  const answer = await fetch(file);
  return answer.ok ? answer.text() : null;
}

async function draw() {
  const route = location.hash.startsWith(marker) ? location.hash.slice(marker.length) : "";
  const [sidebar, text] = await Promise.all([read("_sidebar.md"), read(`${route || "README"}.md`)]);
  const page = markdown(text ?? "# Not found\n\nThere is no such page.");
  document.getElementById("app").innerHTML = `<aside>${markdown(sidebar)}</aside><main>${page}</main>`;
  document.title = document.querySelector("main h1")?.textContent ?? "Manual";
}

addEventListener("hashchange", draw);
draw();
