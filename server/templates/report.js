"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const sheet = $("sheet");
  let lit = [], pinned = null, opener = null;

  const cardsOf = (claim) => {
    const lead = claim.getAttribute("href").replace(/e\d+$/, "").slice(1);
    return claim.dataset.e.split(" ").map((number) => $(lead + "e" + number)).filter(Boolean);
  };
  const dim = () => { for (const element of lit) element.classList.remove("lit"); lit = []; };
  const light = (elements) => { dim(); lit = elements; for (const element of lit) element.classList.add("lit"); };
  const inView = (card) => {
    const box = card.getBoundingClientRect();
    return box.top >= 0 && box.top < window.innerHeight - 80;
  };
  const close = () => {
    if (sheet.hidden) return;
    sheet.hidden = true;
    if (opener && sheet.contains(document.activeElement)) opener.focus();
  };
  const open = (cards) => {
    const copies = cards.map((card) => {
      const copy = card.cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.remove("lit");
      return copy;
    });
    sheet.querySelector("ol").replaceChildren(...copies);
    sheet.hidden = false;
  };
  const show = (claim, move) => {
    const cards = cardsOf(claim);
    light([claim, ...cards]);
    if (cards.every(inView)) { close(); return; }
    open(cards);
    const hidden = claim.getBoundingClientRect().bottom + 16 - sheet.getBoundingClientRect().top;
    if (hidden > 0 && move) window.scrollBy(0, hidden);
    else if (hidden > 0) close();  // it would cover what is pointed at: a click shows it
  };
  const claimAt = (event) => event.target instanceof Element && event.target.closest("a.claim");

  document.addEventListener("pointerover", (event) => {
    const claim = claimAt(event);
    if (event.pointerType === "touch" || pinned) return;
    if (claim) { show(claim, false); return; }
    const card = event.target instanceof Element && event.target.closest("article .card");
    if (card) {
      const number = card.id.split("e").pop();
      const claims = card.closest("article").querySelectorAll("a.claim");
      light([card, ...[...claims].filter((one) => one.dataset.e.split(" ").includes(number))]);
    } else if (!sheet.contains(event.target)) { dim(); close(); }
  });
  document.addEventListener("focusin", (event) => {
    const claim = claimAt(event);
    if (claim && claim.matches(":focus-visible")) show(claim, true);
  });
  document.addEventListener("click", (event) => {
    const claim = claimAt(event);
    if (claim) {
      event.preventDefault();
      pinned = claim === pinned ? null : claim;
      opener = claim;
      if (pinned) show(claim, true); else { dim(); close(); }
    } else if (event.target.closest("#sheet button") || !sheet.contains(event.target)) {
      pinned = null; dim(); close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { pinned = null; dim(); close(); }
  });

  const form = $("filter");
  const rows = [...document.querySelectorAll("#leads tbody tr")];
  let parts = null;
  const filter = () => {
    parts = parts || rows.map((row) => {
      const name = row.querySelector("a");
      return [row, $(name.hash.slice(1)), `${row.textContent} ${name.title}`.toLocaleLowerCase()];
    });
    const words = $("find").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const verdict = $("verdict").value, status = $("status").value;
    let count = 0;
    for (const [row, section, text] of parts) {
      const keep = (!verdict || row.dataset.v === verdict) && (!status || row.dataset.s === status)
        && words.every((word) => text.includes(word));
      row.hidden = section.hidden = !keep;
      count += keep;
    }
    $("shown").textContent = count === rows.length ? "" : `${count} of ${rows.length} shown`;
    $("nothing").hidden = count > 0;
  };
  form.hidden = rows.length < 2;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeprint", () => {
    close();
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
})();
