namespace Tessar.Cli.Explanations;

/// <summary>
/// How the report looks: one column, light or dark as the reader's system is. No `&lt;`, `&gt;` or ampersand may stand in it.
/// </summary>
internal static class ReportStyle
{
    public const string Css = """

        :root { color-scheme: light dark; --paper: #f7f8fa; --card: #ffffff; --ink: #1b1f27; --quiet: #535d6e; --line: #d9dee6; --up: #0b5cad; --down: #a84207; --upbar: #a9cdf0; --downbar: #f2c3a4; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #12151b; --card: #1a1f28; --ink: #e8ebf0; --quiet: #a3adbd; --line: #333b48; --up: #7db8f2; --down: #f0a070; --upbar: #1f4a78; --downbar: #6e3a1b; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 Inter, system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
        main { max-width: 74rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
        h2 { font-size: 1.25rem; margin: 0 0 1rem; }
        h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
        p { margin: .25rem 0; max-width: 48rem; }
        a { color: var(--up); }
        code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        .quiet { color: var(--quiet); }
        .up { color: var(--up); } .down { color: var(--down); }
        .notice { border-left: .25rem solid var(--down); padding: .25rem 0 .25rem .75rem; margin: .75rem 0; }
        nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: 1rem 0 0; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem; margin-top: 1.25rem; }
        img { display: block; border: 1px solid var(--line); object-fit: contain; }
        img.small { image-rendering: pixelated; }
        .target { display: grid; grid-template-columns: 12rem minmax(0, 1fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
        .target img { margin-bottom: .5rem; }
        .target h3 { margin-top: 0; }
        .pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 2.5rem; align-items: start; }
        table { border-collapse: collapse; width: 100%; }
        caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
        th { text-align: left; font-weight: 600; }
        thead th { color: var(--quiet); font-size: .85rem; border-bottom: 1px solid var(--line); }
        th, td { padding: .25rem .5rem .25rem 0; vertical-align: middle; overflow-wrap: break-word; }
        tbody tr + tr th, tbody tr + tr td { border-top: 1px solid var(--line); }
        .name { white-space: nowrap; }
        .number { text-align: right; white-space: nowrap; }
        td.number, th.number { padding-left: .75rem; }
        td:last-child, th:last-child { padding-right: 0; }
        .bar { display: block; height: .3rem; border-radius: .15rem; margin-left: auto; }
        .bar.up { background: var(--upbar); } .bar.down { background: var(--downbar); }
        .scroll { overflow-x: auto; }
        table.facts th { width: 14rem; vertical-align: top; }
        table.facts td { vertical-align: top; }
        ul { margin: 0; padding-left: 1.1rem; }
        @media (max-width: 56rem) { .target, .pair { grid-template-columns: minmax(0, 1fr); } table.facts th { width: 8rem; } .scroll table { font-size: .85rem; } }
        @media print { body { background: none; } section { break-inside: avoid; } nav { display: none; } }

        """;
}
