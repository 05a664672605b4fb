//! The room of one printed page: how much of a student stands on the help-desk sheet, worst first, on the smaller of
//! Letter's and A4's measures. What finds no room is counted, and the sheet says where the whole of it is.

use super::{HelpRow, HelpSheet, HelpTable};
use crate::report::visible::clip;

/// Height for open items, records and the working together, in tenths of a millimetre. The rest of the page is for who
/// the student is, what to say to the caller, and where it comes from.
const ROOM: u32 = 1_720;
/// Most of it that open items take; then most of what is left that records take.
const ITEMS: u32 = 800;
const TABLES: u32 = 550;
/// A heading with the margins of its section; the head of a table; a line of a table, and what its row has around it;
/// a line of the working.
const HEADING: u32 = 75;
const HEAD: u32 = 50;
const LINE: u32 = 39;
const ROW: u32 = 12;
const WORKING_LINE: u32 = 33;
/// Characters that fit into a line of a wide column of the open items, of a record's name, of a side's values.
const ITEM_LINE: usize = 22;
const RECORD_LINE: usize = 26;
const SIDE_LINE: usize = 36;
const REFERENCE_LINE: usize = 15;
/// Columns of the working.
const WORKING_WIDTH: usize = 96;
/// Most lines of a cell.
const CELL_LINES: usize = 4;

/// What is left of a height.
struct Room(u32);

impl Room {
    /// Takes a height, if it is there.
    fn take(&mut self, height: u32) -> bool {
        let fits = height <= self.0;
        if fits {
            self.0 -= height;
        }
        fits
    }
}

impl HelpSheet {
    /// Cuts the sheet to one printed page.
    pub(super) fn fit(mut self) -> Self {
        for text in [&mut self.name, &mut self.district] {
            *text = clip(text, 60);
        }
        for text in [&mut self.run, &mut self.legacy, &mut self.new, &mut self.student_id] {
            *text = clip(text, 30);
        }
        self.facts.iter_mut().for_each(|(_, value)| *value = clip(value, 60));
        let mut all = Room(ROOM);
        self.fit_items(&mut all);
        self.fit_tables(&mut all);
        self.fit_working(&mut all);
        let more = self.sources.len().saturating_sub(SOURCES);
        self.sources.truncate(SOURCES);
        self.sources.iter_mut().for_each(|s| *s = clip(s, 60));
        if more > 0 {
            self.sources.push(format!("{more} more"));
        }
        self
    }

    fn fit_items(&mut self, all: &mut Room) {
        let mut room = Room(ITEMS.min(all.0));
        let before = room.0;
        room.take(HEADING + HEAD + LINE);
        let total = self.items.len();
        let mut kept = 0;
        for item in &mut self.items {
            for text in [&mut item.seen, &mut item.true_value, &mut item.who] {
                *text = clip(text, ITEM_LINE * CELL_LINES);
            }
            let cells = [&item.seen, &item.true_value, &item.who].map(|t| lines(t, ITEM_LINE));
            let reference = lines(&item.reference, REFERENCE_LINE);
            if !room.take(height(cells.into_iter().chain([reference]).max())) {
                break;
            }
            kept += 1;
        }
        self.items.truncate(kept);
        self.more += (total - kept) as u64;
        if total > 0 {
            all.take(before - room.0);
        }
    }

    fn fit_tables(&mut self, all: &mut Room) {
        let mut room = Room(TABLES.min(all.0));
        let before = room.0;
        for table in &mut self.tables {
            table.head.iter_mut().for_each(|head| *head = clip(head, 30));
            if table.rows.is_empty() {
                continue;
            }
            let total = table.rows.len();
            if room.take(HEADING + HEAD + LINE) {
                table.rows.sort_by_key(|r| !r.differs);
                let heights: Vec<u32> = table.rows.iter_mut().map(fit_row).collect();
                let kept = heights.into_iter().take_while(|height| room.take(*height)).count();
                table.rows.truncate(kept);
            } else {
                table.rows.clear();
            }
            table.more = (total - table.rows.len()) as u64;
        }
        self.tables.retain(|t: &HelpTable| !t.rows.is_empty() || t.more > 0);
        let unseen: Vec<HelpTable> = self.tables.extract_if(.., |t| t.rows.is_empty()).collect();
        self.hidden = unseen.into_iter().map(|t| t.title).collect();
        all.take(before - room.0);
    }

    /// The working in whole blocks, as long as they fit; the first is cut rather than left out.
    fn fit_working(&mut self, all: &mut Room) {
        if self.working.is_empty() || !all.take(HEADING + WORKING_LINE) {
            self.more_working = self.working.len() as u64;
            self.working.clear();
            return;
        }
        let mut kept = 0;
        self.working.iter_mut().for_each(|line| *line = clip(line, 4 * WORKING_WIDTH));
        let block = |from: usize| {
            let rest = self.working.iter().skip(from + 1);
            from + 1 + rest.take_while(|line| line.starts_with(' ')).count()
        };
        let cost = |line: &String| WORKING_LINE * lines(line, WORKING_WIDTH) as u32;
        while kept < self.working.len() {
            let end = block(kept);
            let whole = self.working[kept..end].iter().map(cost).sum();
            if all.take(whole) {
                kept = end;
                continue;
            }
            if kept == 0 {
                kept = self.working[..end].iter().take_while(|line| all.take(cost(line))).count();
            }
            break;
        }
        self.more_working = (self.working.len() - kept) as u64;
        self.working.truncate(kept);
    }
}

/// Most places that the sheet names.
const SOURCES: usize = 8;

fn fit_row(row: &mut HelpRow) -> u32 {
    let mut most = 1;
    for (at, cell) in row.cells.iter_mut().enumerate() {
        let width = if at == 0 { RECORD_LINE } else { SIDE_LINE };
        *cell = clip(cell, width * CELL_LINES);
        most = most.max(lines(cell, width));
    }
    height(Some(most))
}

fn height(lines: Option<usize>) -> u32 {
    ROW + LINE * lines.unwrap_or(1) as u32
}

/// Lines that a text takes where it breaks at blanks, or inside a word that is longer than a line.
fn lines(text: &str, width: usize) -> usize {
    let width = width * USUAL;
    let (mut lines, mut at) = (1, 0);
    for word in text.split_whitespace().map(|w| w.chars().map(breadth).sum::<usize>()) {
        if at > 0 && at + USUAL + word > width {
            lines += 1;
            at = 0;
        }
        let start = if at > 0 { at + USUAL } else { 0 };
        lines += (start + word).saturating_sub(1) / width;
        at = (start + word - 1) % width + 1;
    }
    lines
}

/// Breadth of a usual letter.
const USUAL: usize = 2;

/// Breadth of a character, generously: capitals are broader than other letters, and some signs twice as broad.
const fn breadth(c: char) -> usize {
    match c {
        'M' | 'W' | 'm' | 'w' | '@' | '%' | '\u{1100}'.. => 2 * USUAL,
        'A'..='Z' => USUAL + 1,
        _ => USUAL,
    }
}

#[cfg(test)]
mod tests {
    use super::super::HelpItem;
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_inside_long_words() {
        assert_eq!(lines("", 10), 1);
        assert_eq!(lines("one two", 10), 1);
        assert_eq!(lines("one two three four", 10), 2);
        assert_eq!(lines(&"x".repeat(25), 10), 3);
        assert_eq!(lines(&format!("ab {}", "x".repeat(25)), 10), 4);
    }

    #[test]
    fn what_finds_no_room_is_counted_and_nothing_is_lost_silently() {
        let item = || HelpItem { seen: "word ".repeat(60), reference: "x".repeat(40), ..HelpItem::default() };
        let row = |differs| HelpRow { cells: vec!["record".into(), "1".into(), "2".into()], differs };
        let table = |title: &str| HelpTable {
            title: title.into(),
            rows: (0..40).map(|at| row(at % 2 == 0)).collect(),
            ..HelpTable::default()
        };
        let working = |n: usize| std::iter::once("KIND".to_owned()).chain((1..n).map(|i| format!("  line {i}")));
        let sheet = HelpSheet {
            items: (0..30).map(|_| item()).collect(),
            tables: vec![table("SCHEDULE"), table("TRANSCRIPT"), table("GPA")],
            working: working(10).chain(working(60)).collect(),
            ..HelpSheet::default()
        };
        let fit = sheet.fit();
        assert_eq!(fit.items.len() as u64 + fit.more, 30);
        assert!(!fit.items.is_empty() && fit.items[0].seen.ends_with('…'));
        assert!(!fit.tables.is_empty() && fit.tables[0].rows[0].differs, "differences come first");
        let shown: usize = fit.tables.iter().map(|t| t.rows.len()).sum();
        let more: u64 = fit.tables.iter().map(|t| t.more).sum();
        assert_eq!(shown as u64 + more + 40 * fit.hidden.len() as u64, 120);
        assert_eq!(fit.working.len() as u64 + fit.more_working, 70);
    }

    #[test]
    fn the_working_ends_with_a_whole_block() {
        let block = |n: usize| std::iter::once("KIND".to_owned()).chain((1..n).map(|i| format!("  line {i}")));
        let sheet =
            HelpSheet { working: block(16).chain(block(16)).chain(block(30)).collect(), ..HelpSheet::default() };
        let fit = sheet.fit();
        assert_eq!((fit.working.len(), fit.more_working), (32, 30));
    }
}
