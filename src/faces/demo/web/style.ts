/** The style of all pages; the two authorities differ in colour. Contrast is at least 4.5 to 1. */
export const STYLE = `
:root { --ink: #1b2330; --soft: #556072; --line: #d5dbe4; --paper: #f5f7fa; --own: #1d4f91; --own-soft: #e4edf8; }
.preview { --own: #1f6650; --own-soft: #e2f1ea; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif; }
.wide, main { width: 100%; max-width: 60rem; margin-inline: auto; padding-inline: 1.5rem; }
header { background: var(--own); color: #fff; padding-block: 1rem; }
header p { margin: 0; }
.house { font-size: 1.375rem; font-weight: 600; }
.about { font-size: .9375rem; }
nav { background: #fff; border-bottom: 1px solid var(--line); }
.journey { display: grid; grid-template-columns: repeat(7, 1fr); gap: .5rem; list-style: none; margin-block: 0; padding-block: .75rem;
  font-size: .8125rem; line-height: 1.3; text-align: center; color: var(--soft); }
@media (max-width: 48rem) { .journey { display: flex; flex-wrap: wrap; } }
.journey span { display: block; width: 1.625em; height: 1.625em; line-height: 1.625em; border-radius: 50%; margin: 0 auto .25rem;
  background: var(--line); color: var(--ink); }
.journey .past span { background: var(--own-soft); color: var(--own); }
.journey .now { color: var(--own); font-weight: 600; }
.journey .now span { background: var(--own); color: #fff; }
main { flex: 1; padding-block: 1.5rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; }
.card, fieldset { background: #fff; border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem 1.5rem; margin: 0 0 1.25rem; }
fieldset { padding-block: .25rem .75rem; }
.card > :last-child, .card > form:last-child > :last-child { margin-bottom: 0; }
.notice { border-left: .3125rem solid var(--own); }
.bad { border-left: .3125rem solid #a3231f; }
legend { font-weight: 600; padding-inline: .375rem; margin-left: -.375rem; }
.choice { display: flex; gap: .75rem; align-items: baseline; padding: .375rem 0; }
.choice input { flex: none; width: 1.125rem; height: 1.125rem; accent-color: var(--own); position: relative; top: .1875rem; }
.choice small, .soft { color: var(--soft); font-size: .9375rem; }
.choice small { display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .375rem 1.5rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.paper { max-width: 36rem; margin: 0 auto 1.5rem; background: #fff; border: 1px solid var(--line); border-top: .5rem solid var(--own);
  box-shadow: 0 .125rem .75rem rgb(27 35 48 / .12); padding: 2rem 2.25rem; }
.paper h2 { font-size: 1.375rem; text-align: center; margin-bottom: 1.25rem; }
.paper .soft { margin: 1.25rem 0 0; text-align: center; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
button, .button { font: inherit; font-weight: 600; border: .125rem solid var(--own); border-radius: .375rem; padding: .5rem 1.25rem; cursor: pointer;
  background: var(--own); color: #fff; text-decoration: none; }
button.second, .button.second { background: #fff; color: var(--own); }
button:hover, .button:hover { filter: brightness(.92); }
a { color: var(--own); }
:focus-visible { outline: .1875rem solid #b35900; outline-offset: .125rem; }
.timeline { list-style: none; padding: 0; margin: 0; font-size: .9375rem; }
.timeline li { display: grid; grid-template-columns: 7.5rem 1fr; gap: 1rem; padding: .25rem 0; border-top: 1px solid var(--line); }
.timeline li:first-child { border-top: 0; }
.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; }
.wait { display: flex; gap: 1rem; align-items: center; }
.wait::before { content: ''; flex: none; width: 1.5rem; height: 1.5rem; border: .25rem solid var(--line); border-top-color: var(--own); border-radius: 50%;
  animation: turn 1s linear infinite; }
.wait p { margin: 0; }
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .wait::before { animation: none; } }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
footer p { margin-block: 1rem; }
`;
