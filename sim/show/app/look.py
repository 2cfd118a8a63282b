"""How the page looks: one grid, cards, and colours with enough contrast."""

from __future__ import annotations

from typing import Final

ACCENT: Final = "#0b5e95"

CSS: Final = """
:root { --ink: #222; --muted: #595959; --rule: #dcdcdc; --accent: #0b5e95; --ground: #f3f4f6; }
body { background: var(--ground); color: var(--ink); }
body, .q-btn, .q-field, .q-table { font-family: system-ui, -apple-system, "Segoe UI",
  "DejaVu Sans", sans-serif; }
.nicegui-content { padding: 0; gap: 0; width: 100%; }
.mp-page { display: flex; flex-direction: column; width: 100vw; max-width: 100%; height: 100vh;
  min-height: 720px; }
.mp-head { background: #fff; border-bottom: 1px solid var(--rule); padding: 6px 12px 4px; }
.mp-row { display: flex; align-items: center; gap: 10px; flex-wrap: nowrap; }
.mp-row > .q-btn, .mp-row > .q-field { flex: none; }
.mp-page .q-field--with-bottom { padding-bottom: 0; }
.mp-page .q-field__bottom { display: none; }
.mp-page input[type=number] { appearance: textfield; -moz-appearance: textfield; }
.mp-page input::-webkit-inner-spin-button { display: none; }
.mp-setting .q-field__control, .mp-setting .q-field__native { height: 28px; min-height: 28px; }
.mp-setting .q-field__control { padding: 0 8px; }
.mp-card .q-tab-panel { padding: 0; gap: 0; }
.mp-brand { font-weight: 700; font-size: 17px; line-height: 1.2;
  color: var(--accent); margin: 0; }
.mp-question { color: var(--muted); font-size: 13px; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; flex: 1 1 auto; min-width: 0; }
.mp-verdict { padding: 3px 0 0; align-items: flex-start; min-height: 60px; }
.mp-surety { min-height: 18px; } /* what is below must not move when the answer comes */
.mp-still { visibility: hidden; }
.mp-verdict > div { font-size: 14.5px; font-weight: 600; line-height: 1.3; }
.mp-verdict > .mp-unheld { font-weight: 450; }
.mp-wrap { flex-wrap: wrap; row-gap: 4px; }
.mp-row > .mp-arm { flex: 1 1 190px; max-width: 330px; }
.mp-metric { max-width: 200px; min-width: 80px; }
.mp-head .q-slider { flex: 1 1 90px; width: auto; }
.mp-brief { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
  overflow: hidden; font-size: 12px; color: var(--muted); line-height: 1.35; margin: 1px 8px 3px; }
.mp-quarter { font-weight: 700; font-size: 18px; min-width: 84px; text-align: right; }
.mp-muted { color: var(--muted); font-size: 12px; }
.mp-set:empty { display: none; }
.mp-set { max-height: 54px; overflow-y: auto; flex-wrap: wrap; gap: 6px;
  font-size: 12.5px; }
.mp-chip { display: inline-flex; align-items: center; gap: 4px; background: #fff4e0;
  border: 1px solid #d9a441; border-radius: 12px; padding: 0 2px 0 9px; line-height: 22px; }
.mp-body { flex: 1 1 auto; min-height: 0; display: grid; gap: 8px; padding: 8px; width: 100%;
  grid-template-columns: minmax(272px, 20%) minmax(0, 1fr) minmax(0, 1fr);
  grid-template-rows: minmax(0, 55fr) minmax(0, 45fr);
  grid-template-areas: "side net other" "side log gaps"; }
.mp-alone { grid-template-areas: "side net net" "side log gaps"; }
.mp-gone, .mp-alone > [style*="other"] { position: absolute !important; visibility: hidden; }
.mp-card { background: #fff; border: 1px solid var(--rule); border-radius: 6px; min-height: 0;
  min-width: 0; display: flex; flex-direction: column; overflow: hidden; position: relative; }
.mp-card.mp-wide { grid-area: 1 / 2 / -1 / -1 !important; z-index: 5;
  box-shadow: 0 2px 14px rgba(0, 0, 0, .25); }
.mp-card-head { display: flex; align-items: center; gap: 8px; padding: 2px 4px 0 10px;
  min-height: 32px; flex: 0 0 auto; }
.mp-card-head h2 { flex: none; max-width: 60%; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; font-size: 13.5px; font-weight: 650; margin: 0; line-height: 1.2; }
.mp-grow { flex: 1 1 auto; min-width: 0; }
.mp-fill { flex: 1 1 auto; min-height: 0; min-width: 0; width: 100%; }
.mp-scroll { flex: 1 1 auto; min-height: 0; overflow: auto; padding: 4px 10px 10px; width: 100%; }
.mp-setting { border-top: 1px solid #ececec; padding: 7px 0 5px; width: 100%; }
.mp-setting.mp-changed { background: #fffaf0; box-shadow: inset 3px 0 #d9a441; padding-left: 8px; }
.mp-label { font-size: 13px; line-height: 1.25; }
.mp-key { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 11px;
  color: var(--muted); overflow-wrap: anywhere; }
.mp-empty { color: var(--muted); font-size: 13px; padding: 8px 0; }
.mp-problem { background: #fdecea; border-left: 3px solid #b3261e; color: #6d1510; padding: 6px 8px;
  font-size: 12.5px; white-space: pre-wrap; overflow-wrap: anywhere; width: 100%; }
.mp-story { border-top: 1px solid #ececec; padding: 8px 0; font-size: 13px; line-height: 1.4; }
.mp-story h3 { font-size: 13.5px; font-weight: 650; margin: 0 0 3px; line-height: 1.3; }
.mp-parts { border-collapse: collapse; margin-top: 6px; width: 100%; max-width: 620px; }
.mp-parts td { font-size: 12px; padding: 1px 4px; vertical-align: middle; }
.mp-parts td.mp-word { width: 46%; }
.mp-parts td.mp-number { width: 52px; text-align: right; font-variant-numeric: tabular-nums; }
.mp-bar { display: inline-block; height: 10px; vertical-align: middle; }
.mp-gain { background: #0072B2; } .mp-loss { background: #D55E00; }
.mp-half { width: 50%; display: inline-block; line-height: 10px; }
.mp-blocs { width: 100%; border-collapse: collapse; font-size: 12.5px; }
.mp-blocs th { text-align: left; font-weight: 600; border-bottom: 1px solid var(--rule); }
.mp-blocs .mp-range { white-space: nowrap; }
.mp-blocs th, .mp-blocs td { padding: 3px 6px 3px 0; vertical-align: top; }
.mp-dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 5px; }
.mp-table { width: 100%; height: 100%; }
.mp-table thead th { position: sticky; top: 0; background: #fff; z-index: 1; font-weight: 600; }
.mp-table td, .mp-table th { font-size: 12.5px !important; padding: 2px 8px !important;
  height: 25px !important; }
.mp-table tbody td { white-space: normal; }
.mp-table tbody td:nth-child(2) { min-width: 92px; }
.mp-members tbody td:nth-child(3) { min-width: 300px; }
.mp-table .q-table__bottom--nodata { position: absolute; top: 34px; border: 0; padding: 0 8px;
  color: var(--muted); font-size: 13px; }
.mp-table .q-table__bottom-nodata-icon { display: none; }
.mp-start { max-width: 760px; margin: 0 auto; padding: 20px 16px 60px; width: 100%; }
.mp-start h2 { font-size: 24px; font-weight: 650; margin: 14px 0 12px; line-height: 1.25; }
.mp-ask { display: block; background: #fff; border: 1px solid var(--rule); border-radius: 6px;
  padding: 9px 12px; margin-top: 7px; text-decoration: none; color: var(--ink); }
.mp-ask:hover { border-color: var(--accent); }
.mp-ask-text { font-size: 15px; line-height: 1.35; }
.q-tab { min-height: 32px !important; padding: 0 10px !important; }
.q-tab__label { text-transform: none; font-size: 13px; }
.q-btn { text-transform: none; }
:focus-visible { outline: 2px solid var(--accent) !important; outline-offset: 1px; }
@media (max-width: 900px) {
  .mp-page { height: auto; min-height: 100vh; }
  .mp-head .mp-row { flex-wrap: wrap; row-gap: 4px; }
  .mp-head .mp-row > .mp-question { flex-basis: 100%; white-space: normal; order: 9; }
  .mp-head > .mp-row:first-child .q-btn .q-icon { display: none; }
  .mp-verdict > div { font-size: 14.5px; flex-basis: 100%; }
  .mp-row > .mp-arm { flex: 1 1 150px; width: auto; min-width: 0; max-width: 100%; }
  .mp-body, .mp-body.mp-alone { display: flex; flex-direction: column; }
  .mp-card { height: 400px; }
  .mp-card[style*="side"] { order: 9; height: 560px; }
  .mp-card[style*="log"] { height: 480px; }
  .mp-card-head { flex-wrap: wrap; }
  .mp-card-head .mp-row { flex-wrap: wrap; row-gap: 0; }
  .mp-card.mp-wide { position: fixed; inset: 0; height: auto; z-index: 20; }
  .mp-head .q-slider { flex-basis: 130px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important;
  animation: none !important; } }
"""

WATCH_WIDTH: Final = """
<script>
(() => {
  let waiting;
  const tell = () => {
    const card = document.querySelector('.mp-network');
    if (card && window.emitEvent) emitEvent('network_width', card.clientWidth);
  };
  window.addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, 150);
  });
})();
</script>
"""
"""Tells the server how wide the network is, so that its circles have the right size."""
