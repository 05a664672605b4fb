//! The pictures of the README, made from what the program really prints and writes for the sample. Each is a committed
//! SVG that a test holds to the program byte by byte: run it with ROLLPROOF_BLESS=1 to draw them again.

use std::fmt::Write as _;
use std::fs;

use calamine::{Reader as _, Xlsx, open_workbook};

use crate::support::{Project, root};

/// Width of a character and height of a line of a terminal, in pixels.
const CELL: (f64, f64) = (8.4, 19.0);

/// Compares with the committed picture, or writes it.
fn holds(name: &str, svg: &str) {
    let mut reader = quick_xml::Reader::from_str(svg);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                let bad = tag.attributes().find_map(Result::err);
                assert!(bad.is_none(), "{name}, byte {}: {bad:?}", reader.buffer_position());
            }
            Ok(_) => {}
            Err(e) => panic!("{name} is not well formed at byte {}: {e}", reader.error_position()),
        }
    }
    let path = root().join("docs/pictures").join(name);
    if std::env::var_os("ROLLPROOF_BLESS").is_some() {
        fs::write(&path, svg).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == svg, "{} is not what the program shows; run with ROLLPROOF_BLESS=1", path.display());
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A run of characters in one style.
#[derive(Debug, Clone, Default, PartialEq)]
struct Style {
    color: Option<&'static str>,
    bold: bool,
}

/// The styles of a terminal that the program uses (SGR 0, 1, 31 to 36 and 91 to 96).
fn styled(line: &str) -> Vec<(Style, String)> {
    let mut parts: Vec<(Style, String)> = Vec::new();
    let mut style = Style::default();
    for (at, piece) in line.split("\u{1b}[").enumerate() {
        let text = match piece.split_once('m') {
            Some((codes, rest)) if at > 0 => {
                for code in codes.split(';') {
                    match code {
                        "" | "0" => style = Style::default(),
                        "1" => style.bold = true,
                        "31" | "91" => style.color = Some("r"),
                        "32" | "92" => style.color = Some("g"),
                        "33" | "93" => style.color = Some("y"),
                        "34" | "94" => style.color = Some("b"),
                        "36" | "96" => style.color = Some("c"),
                        other => panic!("a style that the picture does not know: {other}"),
                    }
                }
                rest
            }
            _ => piece,
        };
        if !text.is_empty() {
            parts.push((style.clone(), text.to_owned()));
        }
    }
    parts
}

/// A terminal window with a command and its output.
fn terminal(command: &str, output: &str) -> String {
    let mut lines = vec![format!("\u{1b}[32m$\u{1b}[0m \u{1b}[1m{command}\u{1b}[0m")];
    lines.extend(output.trim_end().lines().map(str::to_owned));
    let plain = |line: &str| styled(line).iter().map(|(_, t)| t.chars().count()).sum::<usize>();
    let columns = lines.iter().map(|l| plain(l)).max().unwrap_or(0).max(60);
    let (width, height) = (columns as f64 * CELL.0 + 40.0, lines.len() as f64 * CELL.1 + 62.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
         <title>{}</title>\n<style>\n\
         text {{ font: 14px ui-monospace, \"Cascadia Mono\", Menlo, Consolas, \"Liberation Mono\", monospace; fill: #1b2430; white-space: pre; }}\n\
         .w {{ fill: #fdfdfc; stroke: #c9cfd6; }} .d {{ fill: #c9cfd6; }} .bold {{ font-weight: 700; }}\n\
         .r {{ fill: #a3201a; }} .g {{ fill: #0b6b3a; }} .y {{ fill: #8a4a00; }} .b {{ fill: #0b57a4; }} .c {{ fill: #0a6070; }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6eaef; }} .w {{ fill: #14181d; stroke: #39424d; }} .d {{ fill: #39424d; }}\n\
         .r {{ fill: #ff8a80; }} .g {{ fill: #6fd99a; }} .y {{ fill: #f2b86b; }} .b {{ fill: #8ab8ff; }} .c {{ fill: #7fd0dd; }} }}\n\
         </style>\n<rect class=\"w\" x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>\n",
        escaped(command),
        width - 1.0,
        height - 1.0
    );
    for at in 0..3 {
        let _ = writeln!(svg, "<circle class=\"d\" cx=\"{}\" cy=\"18\" r=\"5\"/>", 20 + at * 18);
    }
    for (row, line) in lines.iter().enumerate() {
        let y = row as f64 * CELL.1 + 52.0;
        let mut column = 0;
        for (style, text) in styled(line) {
            let count = text.chars().count();
            let lead = text.chars().take_while(|c| *c == ' ').count();
            let shown = text.trim();
            if !shown.is_empty() {
                let class = [style.color.unwrap_or(""), if style.bold { "bold" } else { "" }].join(" ");
                let class = class.trim();
                let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
                let x = (column + lead) as f64 * CELL.0 + 20.0;
                let length = shown.chars().count() as f64 * CELL.0;
                let _ = writeln!(
                    svg,
                    "<text{class} x=\"{x:.1}\" y=\"{y:.0}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
                    escaped(shown)
                );
            }
            column += count;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn sample() -> Project {
    let project = Project::sample();
    let toml = project.read("rollproof.toml");
    project.write("rollproof.toml", format!("{toml}\n[outputs]\npacks = [\"xlsx\"]\n"));
    project
}

#[test]
fn the_picture_of_the_terminal_is_what_the_program_prints() {
    let project = sample();
    let run = project.rollproof(&["run", "--color", "always"]).ends(0);
    let (top, _) = run.out.split_once("\n Rows in").unwrap();
    holds("run.svg", &terminal("rollproof run", &format!("{top}\n \u{2026}")));
    let gate = project.rollproof(&["gate", "--color", "always"]).ends(1);
    holds("gate.svg", &terminal("rollproof gate", &gate.out));
    let finding = project.findings().into_iter().find(|f| f["check"] == "credit-earned-changed").unwrap();
    let id = &finding["student_id"];
    let explain = project.rollproof(&["explain", id]).ends(0);
    holds("explain.svg", &terminal(&format!("rollproof explain {id}"), &explain.out));
}

/// HTML of our templates as XML: void elements closed, bare attributes given a value.
fn as_xml(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    for (at, piece) in html.split('<').enumerate() {
        if at == 0 {
            out.push_str(piece);
            continue;
        }
        let (tag, rest) = piece.split_once('>').unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        let tag = valued(tag);
        let void = ["br", "input", "meta", "hr", "img", "link", "col"].contains(&name) && !tag.ends_with('/');
        let _ = write!(out, "<{tag}{}>{rest}", if void { "/" } else { "" });
    }
    out.replace("&nbsp;", "&#160;")
}

/// A tag whose bare attributes (`open`, `hidden`) have a value.
fn valued(tag: &str) -> String {
    let mut out = String::new();
    for (at, part) in tag.split('"').enumerate() {
        if at > 0 {
            out.push('"');
        }
        if at % 2 == 1 {
            out.push_str(part);
            continue;
        }
        for (word, text) in part.split(' ').enumerate() {
            let is_name = at == 0 && word == 0;
            let bare = !(is_name || text.is_empty() || text.contains('=') || text == "/");
            let _ = write!(out, "{}{text}{}", if word > 0 { " " } else { "" }, if bare { "=\"\"" } else { "" });
        }
    }
    out
}

/// A page inside an SVG: the page itself, not a drawing of it.
fn page(html: &str, title: &str, size: (u32, u32)) -> String {
    let css = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let body = html.split_once("<body").unwrap().1;
    let (attributes, body) = body.split_once('>').unwrap();
    let body = body.rsplit_once("</body>").unwrap().0;
    let body = match body.find("<script") {
        Some(at) => &body[..at],
        None => body,
    };
    let (width, height) = size;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<style><![CDATA[{css}\nnav {{ position: static !important; }}]]></style>\n\
         <foreignObject width=\"{width}\" height=\"{height}\"><body xmlns=\"http://www.w3.org/1999/xhtml\"{attributes}>{}</body></foreignObject>\n\
         </svg>\n",
        as_xml(body)
    )
}

/// The page up to a section, so that a picture is not larger than what it shows.
fn until(html: &str, section: &str) -> String {
    let at = html.find(&format!("<section id=\"{section}\"")).unwrap_or_else(|| panic!("no section {section}"));
    format!("{}</main></body></html>", &html[..at])
}

#[test]
fn the_picture_of_the_report_is_the_report() {
    let project = sample();
    project.run().ends(1);
    let report = project.read("out/R1/report.html");
    holds("report.svg", &page(&until(&report, "heat"), "report.html of the sample", (1100, 1560)));
    holds("summary.svg", &page(&project.read("out/R1/summary.html"), "summary.html of the sample", (1000, 900)));
}

/// A sheet of a workbook as a spreadsheet shows it: what stands in its cells, cut where a cell ends.
fn workbook(path: &std::path::Path) -> String {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range("To check").unwrap();
    let lists = book.worksheet_range("Lists").unwrap();
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.visible == calamine::SheetVisible::Visible)
        .map(|s| s.name.clone())
        .collect();
    let widths = rollproof::report::packs::COLUMNS.map(|(_, chars)| f64::from(chars) * 5.6 + 8.0);
    let columns = 12;
    let (rows, height) = (sheet.height().min(10), 42.0);
    let width: f64 = widths[..columns].iter().sum::<f64>() + 2.0;
    let total = 34.0 + rows as f64 * height + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{total:.0}\" viewBox=\"0 0 {width:.0} {total:.0}\" role=\"img\">\n\
         <title>Workbook of one school of the sample, sheet To check</title>\n<style>\n\
         text {{ font: 11px Calibri, Carlito, \"Segoe UI\", \"Liberation Sans\", sans-serif; fill: #1b2430; }}\n\
         .page {{ fill: #fff; }} .head {{ fill: #1f2a37; }} .h {{ fill: #fff; font-weight: 700; }} .line {{ stroke: #d5dae1; }}\n\
         .critical {{ fill: #8c1d18; font-weight: 700; }} .g-critical {{ fill: #fbe9e7; }}\n\
         .major {{ fill: #8a3a0c; font-weight: 700; }} .g-major {{ fill: #fdeedd; }}\n\
         .minor {{ fill: #5f4b10; font-weight: 700; }} .g-minor {{ fill: #faf3d9; }}\n\
         .tab {{ fill: #eef1f5; stroke: #b8c0ca; }} .on {{ fill: #fff; }} .list {{ fill: #fff; stroke: #5f6b7a; }}\n\
         </style>\n<rect class=\"page\" width=\"{width:.0}\" height=\"{total:.0}\"/>\n<rect class=\"head\" width=\"{width:.0}\" height=\"34\"/>\n"
    );
    let mut y = 0.0;
    for (number, row) in sheet.rows().take(rows + 1).enumerate() {
        let (tall, mut x) = (if number == 0 { 34.0 } else { height }, 2.0);
        for (at, cell) in row.iter().take(columns).enumerate() {
            let text = cell.to_string();
            let severity = at == 1 && number > 0;
            if severity {
                let _ = writeln!(
                    svg,
                    "<rect class=\"g-{text}\" x=\"{:.0}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"{tall:.0}\"/>",
                    x - 2.0,
                    widths[at]
                );
            }
            let class = if number == 0 {
                "h"
            } else if severity {
                &*text
            } else {
                ""
            };
            let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
            let fit = (widths[at] / if number == 0 { 6.6 } else { 5.6 }) as usize;
            for (line, part) in
                rollproof::report::wrap(&text, fit.max(3)).iter().take(if number == 0 { 2 } else { 3 }).enumerate()
            {
                let _ = writeln!(
                    svg,
                    "<text{class} x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                    x + 2.0,
                    y + 13.0 * (line + 1) as f64,
                    escaped(part)
                );
            }
            x += widths[at];
        }
        y += tall;
        let _ = writeln!(svg, "<path class=\"line\" d=\"M0 {y:.1}H{width:.0}\"/>");
    }
    let left: f64 = widths[..10].iter().sum::<f64>() + 2.0;
    let _ = writeln!(
        svg,
        "<rect class=\"list\" x=\"{left:.0}\" y=\"60\" width=\"180\" height=\"{}\"/>",
        lists.height() * 17 + 6
    );
    for (at, row) in lists.rows().enumerate() {
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{}\">{}</text>",
            left + 6.0,
            75 + at * 17,
            escaped(&row[0].to_string())
        );
    }
    let mut x = 8.0;
    for name in names {
        let wide = name.chars().count() as f64 * 6.2 + 22.0;
        let on = if name == "To check" { "tab on" } else { "tab" };
        let _ =
            writeln!(svg, "<rect class=\"{on}\" x=\"{x:.0}\" y=\"{:.0}\" width=\"{wide:.0}\" height=\"24\"/>", y + 8.0);
        let _ = writeln!(svg, "<text x=\"{:.0}\" y=\"{:.0}\">{}</text>", x + 10.0, y + 24.0, escaped(&name));
        x += wide + 4.0;
    }
    svg.push_str("</svg>\n");
    svg
}

#[test]
fn the_picture_of_the_workbook_is_what_stands_in_it() {
    let project = sample();
    project.run().ends(1);
    let all = fs::read_dir(project.path("out/R1/packs")).unwrap().map(|e| e.unwrap().path());
    let high = all.into_iter().find(|p| p.to_string_lossy().contains("thoreau-high-school-")).unwrap();
    holds("workbook.svg", &workbook(&high));
}
