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

  // Of a large report each lead is text until it comes near.
  const fill = (article) => {
    if (!article || !("held" in article.dataset)) return;
    const held = article.nextElementSibling;
    delete article.dataset.held;
    // Written by us, every value in it escaped: the same that a small report has in its place.
    article.replaceChildren(...new DOMParser().parseFromString(held.textContent, "text/html").body.childNodes);
    held.remove();
  };
  const watch = () => {
    const near = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) { near.unobserve(one.target); fill(one.target); }
    }, { rootMargin: "1500px 0px" });
    for (const article of document.querySelectorAll("article[data-held]")) near.observe(article);
  };
  const visit = () => {
    const target = /^#(l\d+)(e\d+)?$/.exec(location.hash);
    const article = target && $(target[1]);
    if (!article || !("held" in article.dataset)) return;
    fill(article);
    $(target[0].slice(1))?.scrollIntoView();
  };

  const form = $("filter");
  const rows = [...document.querySelectorAll("#leads tbody tr")];
  const fields = ["find", "verdict", "status"];
  const number = new Intl.NumberFormat("en");
  let parts = null;
  const filter = () => {
    parts = parts || rows.map((row) => {
      const name = row.querySelector("a");
      return [row, name.hash.slice(1), `${row.textContent} ${name.title}`.toLocaleLowerCase()];
    });
    const words = $("find").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const verdict = $("verdict").value, status = $("status").value;
    let count = 0;
    for (const [row, id, text] of parts) {
      const section = $(id);
      const keep = (!verdict || row.dataset.v === verdict) && (!status || row.dataset.s === status)
        && words.every((word) => text.includes(word));
      if (row.hidden === keep) row.hidden = !keep;
      if (section && section.hidden === keep) section.hidden = !keep;
      count += keep;
    }
    $("shown").textContent = count === rows.length ? `${number.format(count)} leads`
      : `${number.format(count)} of ${number.format(rows.length)} shown`;
    $("nothing").hidden = count > 0;
    $("clear").hidden = fields.every((id) => !$(id).value);
  };

  // What is filtered stands behind the page's address, so that it can be kept, shared and gone back to.
  const remember = () => {
    const said = new URLSearchParams(fields.filter((id) => $(id).value).map((id) => [id, $(id).value]));
    history.replaceState(null, "", `#${said.size ? `?${said}` : "leads"}`);
  };
  const recall = () => {
    if (!location.hash.startsWith("#?")) { visit(); return; }
    const said = new URLSearchParams(location.hash.slice(2));
    for (const id of fields) $(id).value = said.get(id) || "";
    for (const id of ["verdict", "status"]) if ($(id).selectedIndex < 0) $(id).value = "";
    filter();
  };
  form.hidden = rows.length < 2;
  form.addEventListener("input", () => { filter(); remember(); });
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); $("find").focus(); }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rows.find((row) => !row.hidden)?.querySelector("a").focus();
  });
  window.addEventListener("hashchange", recall);
  filter();
  recall();
  performance.mark("usable");
  document.addEventListener("DOMContentLoaded", () => { filter(); watch(); visit(); });

  const beside = (row, step) => {
    while (row && row.hidden) row = row[step];
    row?.querySelector("a").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    const row = event.target instanceof Element && event.target.closest("#leads tbody tr");
    if (event.key === "/" && !typing && !form.hidden) $("find").focus();
    else if (event.key === "ArrowDown" && event.target === $("find")) beside(rows[0], "nextElementSibling");
    else if (event.key === "ArrowDown" && row) beside(row.nextElementSibling, "nextElementSibling");
    else if (event.key === "ArrowUp" && row) beside(row.previousElementSibling, "previousElementSibling");
    else return;
    event.preventDefault();
  });
  window.addEventListener("beforeprint", () => {
    close();
    document.querySelectorAll("article[data-held]").forEach(fill);
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
})();
